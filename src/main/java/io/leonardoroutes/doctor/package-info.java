/**
 * What the command {@code doctor} looks at: {@link io.leonardoroutes.doctor.DoctorChecks} on this
 * machine and in its network, {@link io.leonardoroutes.doctor.ProviderChecks} at the provider. Each
 * finding is a {@link io.leonardoroutes.doctor.DoctorCheck}. Nothing here changes or pays anything.
 */
package io.leonardoroutes.doctor;
