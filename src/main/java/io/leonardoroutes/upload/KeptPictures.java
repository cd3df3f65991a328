package io.leonardoroutes.upload;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.job.JobPicture;
import io.leonardoroutes.picture.Picture;
import io.leonardoroutes.picture.PictureFolder;
import io.leonardoroutes.picture.PictureRejected;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The pictures of a job, for a new request that names them by their hashes. */
public final class KeptPictures implements PictureSource {
  private final PictureFolder folder;
  private final Map<String, Picture> pictures = new HashMap<>();

  public KeptPictures(PictureFolder folder, List<JobPicture> pictures) {
    this.folder = folder;
    pictures.forEach(picture -> this.pictures.put(picture.sha256(), Picture.of(picture)));
  }

  /** Names the pictures in the request, in place of the ids that they had. */
  public static void name(ObjectNode request, List<JobPicture> pictures) {
    for (JobPicture picture : pictures) {
      ObjectNode image = (ObjectNode) request.at(picture.pointer());
      image.removeAll();
      image.put("file", picture.sha256());
    }
  }

  @Override
  public InputStream open(String name) throws PictureRejected, IOException {
    Picture picture = pictures.get(name);
    Path file = picture == null ? null : folder.find(picture).orElse(null);
    if (file == null) {
      throw PictureRejected.because(
          "missing", "the picture is kept no more: send a new request with it");
    }
    return Files.newInputStream(file);
  }
}
