package io.leonardoroutes.sandbox;

/** An endpoint of the provider's API. Calls are counted and faults are scripted per endpoint. */
public enum Door {
  /** {@code POST /v2/generations}: the one call that costs money at the real provider. */
  CREATE("POST", "/api/rest/v2/generations"),
  /** {@code GET /v1/generations/user/{userId}?offset=&limit=}: the account's jobs, newest first. */
  LIST("GET", "/api/rest/v1/generations/user/:user"),
  /** {@code GET /v1/generations/{id}}: polls a job. */
  POLL("GET", "/api/rest/v1/generations/:id"),
  /** {@code DELETE /v1/generations/{id}}: removes a job from all answers, without stopping it. */
  DELETE("DELETE", "/api/rest/v1/generations/:id"),
  /** {@code GET /v1/me}: the account and its concurrency. */
  ME("GET", "/api/rest/v1/me"),
  /** {@code GET /v2/models}: lists the models; free, so it serves to check a key. */
  MODELS("GET", "/api/rest/v2/models"),
  /** The finished video, without authorization. */
  DOWNLOAD("GET", "/cdn/:id/0.mp4"),
  /** The video's poster picture, without authorization. */
  POSTER("GET", "/cdn/:id/0.jpg");

  final String method;
  final String path;

  Door(String method, String path) {
    this.method = method;
    this.path = path;
  }

  boolean needsKey() {
    return this != DOWNLOAD && this != POSTER;
  }
}
