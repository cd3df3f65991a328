package io.leonardoroutes.sandbox;

import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A sandbox for a JUnit 5 test class, on a free port, reset before each test. Use either
 * {@code @ExtendWith(SandboxExtension.class)} and a parameter of type {@link Sandbox}, or, with
 * options of your own and its address available in {@code @BeforeAll}:
 *
 * <pre>{@code
 * @RegisterExtension
 * static final SandboxExtension sandbox = new SandboxExtension(
 *     SandboxOptions.defaults().withJobDuration(Duration.ZERO));
 * }</pre>
 */
public final class SandboxExtension
    implements BeforeAllCallback, BeforeEachCallback, ParameterResolver {

  private static final Namespace NAMESPACE = Namespace.create(SandboxExtension.class);

  private final SandboxOptions options;
  private volatile Sandbox sandbox;

  public SandboxExtension() {
    this(SandboxOptions.defaults());
  }

  public SandboxExtension(SandboxOptions options) {
    this.options = options;
  }

  /** The sandbox of the running test class. */
  public Sandbox sandbox() {
    if (sandbox == null) {
      throw new IllegalStateException(
          "The sandbox is not started: @RegisterExtension needs a static field,"
              + " and the sandbox is available from @BeforeAll on");
    }
    return sandbox;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    sandbox = of(context);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    of(context).reset();
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Sandbox.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return of(context);
  }

  // JUnit closes it after the test class that started it; a nested class uses that of its outer
  // class
  private Sandbox of(ExtensionContext context) {
    return context
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(this, key -> new Started(Sandbox.start(options)), Started.class)
        .sandbox();
  }

  // CloseableResource for JUnit before 5.13, AutoCloseable from then on
  private record Started(Sandbox sandbox)
      implements ExtensionContext.Store.CloseableResource, AutoCloseable {
    @Override
    public void close() {
      sandbox.close();
    }
  }
}
