package io.leonardoroutes.delivery;

/** Why a video was not kept. Nothing of it is left in the folder. */
public abstract sealed class DownloadFailed extends Exception {

  private DownloadFailed(String message, Throwable cause) {
    super(message, cause);
  }

  /** Another try would end the same: a person has to change something. */
  public static final class Hopeless extends DownloadFailed {
    Hopeless(String message) {
      super(message, null);
    }
  }

  /** Cut off, too slow, no video this time, or the disk would not take it: another may succeed. */
  public static final class WorthAnotherTry extends DownloadFailed {
    WorthAnotherTry(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
