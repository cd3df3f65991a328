package io.leonardoroutes.video;

/**
 * A failed download; the subclass says whether to retry. Nothing of the video is left in the
 * folder.
 */
public abstract sealed class DownloadFailed extends Exception {

  private DownloadFailed(String message, Throwable cause) {
    super(message, cause);
  }

  /** The video's address can never be called: no retry. */
  public static final class Hopeless extends DownloadFailed {
    Hopeless(String message) {
      super(message, null);
    }
  }

  /** A setting forbids it: a retry succeeds once an operator has changed the setting. */
  public static final class NotAllowed extends DownloadFailed {
    private final String setting;

    NotAllowed(String setting, String message) {
      super(message, null);
      this.setting = setting;
    }

    /** The key of that setting. */
    public String setting() {
      return setting;
    }
  }

  /** Our own disk did not take it. */
  public static final class NoRoom extends DownloadFailed {
    NoRoom(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** The answer was cut off, too slow or not a video: a retry may succeed. */
  public static final class WorthAnotherTry extends DownloadFailed {
    WorthAnotherTry(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
