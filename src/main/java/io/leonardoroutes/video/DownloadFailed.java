package io.leonardoroutes.video;

/** Why a video was not kept. Nothing of it is left in the folder. */
public abstract sealed class DownloadFailed extends Exception {

  private DownloadFailed(String message, Throwable cause) {
    super(message, cause);
  }

  /** What the provider says is no address that could ever be called. */
  public static final class Hopeless extends DownloadFailed {
    Hopeless(String message) {
      super(message, null);
    }
  }

  /** A setting is against it: another try succeeds once a person has changed that. */
  public static final class NotAllowed extends DownloadFailed {
    private final String setting;

    NotAllowed(String setting, String message) {
      super(message, null);
      this.setting = setting;
    }

    /** Its key. */
    public String setting() {
      return setting;
    }
  }

  /** Our own disk would not take it. */
  public static final class NoRoom extends DownloadFailed {
    NoRoom(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** Cut off, too slow or no video this time: another may succeed. */
  public static final class WorthAnotherTry extends DownloadFailed {
    WorthAnotherTry(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
