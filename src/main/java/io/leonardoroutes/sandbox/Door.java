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
  POSTER("GET", "/cdn/:id/0.jpg"),
  /** {@code POST /v1/init-image}: begins the upload of a picture, which is free. */
  INIT_IMAGE("POST", "/api/rest/v1/init-image"),
  /** The form with a picture, without authorization. */
  UPLOAD("POST", "/uploads/:id"),
  /** {@code DELETE /v1/init-image/{id}}: removes an uploaded picture. */
  DELETE_IMAGE("DELETE", "/api/rest/v1/init-image/:id");

  final String method;
  final String path;

  Door(String method, String path) {
    this.method = method;
    this.path = path;
  }

  boolean needsKey() {
    return !isFile() && this != UPLOAD;
  }

  boolean isFile() {
    return this == DOWNLOAD || this == POSTER;
  }
}
