package io.leonardoroutes.picture;

import java.nio.charset.StandardCharsets;

/** What a picture is, by its first bytes; its name and declared type do not matter. */
enum PictureFormat {
  PNG("png"),
  JPEG("jpg"),
  WEBP("webp");

  /** So many bytes tell. */
  static final int HEAD = 12;

  private final String extension;

  PictureFormat(String extension) {
    this.extension = extension;
  }

  String extension() {
    return extension;
  }

  static PictureFormat of(byte[] head) throws PictureRejected {
    String text = new String(head, StandardCharsets.ISO_8859_1);
    if (text.startsWith("\u0089PNG\r\n\u001a\n")) {
      return PNG;
    }
    if (text.startsWith("\u00ff\u00d8\u00ff")) {
      return JPEG;
    }
    if (text.startsWith("RIFF") && text.startsWith("WEBP", 8)) {
      return WEBP;
    }
    if (head.length < HEAD) {
      throw PictureRejected.incomplete(
          "truncated", "the picture has only " + head.length + " bytes: send the whole file");
    }
    throw PictureRejected.because(
        "not-a-picture", "its first bytes are not those of a png, jpg or webp picture");
  }
}
