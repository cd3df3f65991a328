package io.leonardoroutes.picture;

import java.awt.Rectangle;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.FileImageInputStream;

/**
 * Checks that a file is one whole still picture, and reads its size in pixels. Nothing is decoded
 * of a picture that declares more pixels than a video can use, and of any other only some pixels
 * are kept, so a small file cannot take much memory.
 *
 * <p>A JDK decodes PNG and JPEG. Of WebP only the structure is checked: the provider decodes it.
 */
final class PictureCheck {
  private static final int LONGEST_SIDE = 16_384;
  private static final long MOST_PIXELS = 64_000_000;
  private static final int KEPT_SIDE = 64;

  /** A pixel size. */
  record Size(int width, int height) {}

  private PictureCheck() {}

  static Size check(Path file, PictureFormat format) throws PictureRejected, IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "r")) {
      try {
        return switch (format) {
          case PNG -> png(bytes);
          case JPEG -> decodedAlone(bytes, format);
          case WEBP -> webp(bytes);
        };
      } catch (EOFException e) {
        throw truncated();
      }
    }
  }

  private static PictureRejected truncated() {
    return PictureRejected.incomplete(
        "truncated", "the picture is cut off before its end: send the whole file");
  }

  private static PictureRejected undecodable(PictureFormat format) {
    return PictureRejected.because(
        "undecodable",
        "it begins as a " + format.extension() + " picture, but cannot be decoded: save it anew");
  }

  private static PictureRejected animated() {
    return PictureRejected.because(
        "animated", "the picture is animated: save one of its frames as a still picture");
  }

  private static Size bounded(long width, long height, PictureFormat format)
      throws PictureRejected {
    if (width < 1 || height < 1) {
      throw undecodable(format);
    }
    if (width > LONGEST_SIDE || height > LONGEST_SIDE || width * height > MOST_PIXELS) {
      throw PictureRejected.because(
          "too-many-pixels",
          "%s x %s pixels are too many: at most %s a side, and %s in all"
              .formatted(width, height, LONGEST_SIDE, MOST_PIXELS));
    }
    return new Size((int) width, (int) height);
  }

  /** Walks over the chunks, so that an animation or a missing end is found before any decoding. */
  private static Size png(RandomAccessFile bytes) throws PictureRejected, IOException {
    bytes.seek(8);
    String chunk = "";
    while (!chunk.equals("IEND")) {
      long length = bytes.readInt() & 0xffffffffL;
      chunk = name(bytes);
      if (chunk.equals("acTL")) {
        throw animated();
      }
      long next = bytes.getFilePointer() + length + 4;
      if (next > bytes.length()) {
        throw truncated();
      }
      bytes.seek(next);
    }
    return decodedAlone(bytes, PictureFormat.PNG);
  }

  private static String name(RandomAccessFile bytes) throws IOException {
    byte[] name = new byte[4];
    bytes.readFully(name);
    return new String(name, StandardCharsets.ISO_8859_1);
  }

  /** One at a time: a progressive JPEG is held whole while it is decoded. */
  private static Size decodedAlone(RandomAccessFile bytes, PictureFormat format)
      throws PictureRejected, IOException {
    synchronized (PictureCheck.class) {
      return decoded(bytes, format);
    }
  }

  private static Size decoded(RandomAccessFile bytes, PictureFormat format)
      throws PictureRejected, IOException {
    ImageReader reader = reader(format);
    bytes.seek(0);
    try (FileImageInputStream in = new FileImageInputStream(bytes)) {
      boolean[] cutOff = new boolean[1];
      reader.addIIOReadWarningListener(
          (from, warning) ->
              cutOff[0] |= warning.contains("runcated") || warning.contains("remature"));
      reader.setInput(in, true, true);
      Size size = bounded(reader.getWidth(0), reader.getHeight(0), format);
      decode(reader, size);
      if (cutOff[0]) {
        throw truncated();
      }
      return size;
    } catch (IIOException | RuntimeException e) {
      if (format == PictureFormat.JPEG && e.getCause() instanceof EOFException) {
        throw truncated();
      }
      throw undecodable(format);
    } finally {
      reader.dispose();
    }
  }

  /** Every row is decoded, and few pixels of it are kept. */
  private static void decode(ImageReader reader, Size size) throws IOException {
    ImageReadParam few = reader.getDefaultReadParam();
    few.setSourceRegion(new Rectangle(size.width(), size.height()));
    few.setSourceSubsampling(step(size.width()), step(size.height()), 0, 0);
    if (reader.canReadRaster()) {
      // whatever its colours are: CMYK cannot be read as an image
      reader.readRaster(0, few);
    } else {
      reader.read(0, few);
    }
  }

  private static int step(int side) {
    return Math.max(1, side / KEPT_SIDE);
  }

  /** The JDK's own, whatever other readers the application has. */
  private static ImageReader reader(PictureFormat format) {
    Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format.name());
    while (readers.hasNext()) {
      ImageReader reader = readers.next();
      if (reader.getClass().getName().startsWith("com.sun.imageio.")) {
        return reader;
      }
    }
    throw new IllegalStateException("this Java cannot read " + format + " pictures");
  }

  private static Size webp(RandomAccessFile bytes) throws PictureRejected, IOException {
    bytes.seek(4);
    long end = 8 + littleEndian(bytes, 4);
    if (end > bytes.length()) {
      throw truncated();
    }
    bytes.seek(12);
    Size size = null;
    boolean frame = false;
    while (bytes.getFilePointer() + 8 <= end) {
      String chunk = name(bytes);
      long length = littleEndian(bytes, 4);
      long start = bytes.getFilePointer();
      if (start + length > end) {
        throw truncated();
      }
      switch (chunk) {
        case "ANIM", "ANMF" -> throw animated();
        case "VP8X" -> size = extended(bytes);
        case "VP8 ", "VP8L" -> {
          Size own = chunk.equals("VP8L") ? lossless(bytes) : lossy(bytes);
          size = size == null ? own : size;
          frame = true;
        }
        default -> {}
      }
      bytes.seek(Math.min(end, start + length + (length & 1)));
    }
    if (!frame || size == null) {
      throw undecodable(PictureFormat.WEBP);
    }
    return size;
  }

  private static Size extended(RandomAccessFile bytes) throws PictureRejected, IOException {
    long flags = littleEndian(bytes, 4);
    if ((flags & 2) != 0) {
      throw animated();
    }
    return bounded(1 + littleEndian(bytes, 3), 1 + littleEndian(bytes, 3), PictureFormat.WEBP);
  }

  private static Size lossless(RandomAccessFile bytes) throws PictureRejected, IOException {
    if (bytes.readUnsignedByte() != 0x2f) {
      throw undecodable(PictureFormat.WEBP);
    }
    long sides = littleEndian(bytes, 4);
    return bounded(1 + (sides & 0x3fff), 1 + (sides >> 14 & 0x3fff), PictureFormat.WEBP);
  }

  private static Size lossy(RandomAccessFile bytes) throws PictureRejected, IOException {
    long tag = littleEndian(bytes, 3);
    boolean keyFrame = (tag & 1) == 0 && littleEndian(bytes, 3) == 0x2a019dL;
    if (!keyFrame) {
      throw undecodable(PictureFormat.WEBP);
    }
    long width = littleEndian(bytes, 2) & 0x3fff;
    return bounded(width, littleEndian(bytes, 2) & 0x3fff, PictureFormat.WEBP);
  }

  private static long littleEndian(RandomAccessFile bytes, int count) throws IOException {
    long value = 0;
    for (int i = 0; i < count; i++) {
      value |= (long) bytes.readUnsignedByte() << 8 * i;
    }
    return value;
  }
}
