package io.leonardoroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.leonardoroutes.fixture.App;
import io.leonardoroutes.json.ModelParameters;
import io.leonardoroutes.request.Length;
import io.leonardoroutes.request.Model;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A model from a jar of the user's that was written wrongly. */
class BadModelTest {
  @TempDir Path folder;

  @ParameterizedTest
  @MethodSource("models")
  void itStopsTheStartWithALineThatNamesModelAndKey(Class<? extends Model> model, String line)
      throws Exception {
    Path services = Files.createDirectories(folder.resolve("jar/META-INF/services"));
    Files.writeString(services.resolve(Model.class.getName()), model.getName());
    URL[] jar = {folder.resolve("jar").toUri().toURL()};
    Thread here = Thread.currentThread();
    ClassLoader before = here.getContextClassLoader();
    try (URLClassLoader with = new URLClassLoader(jar, before)) {
      here.setContextClassLoader(with);

      Throwable failure = catchThrowable(() -> App.in(folder).start().close());

      assertThat(ProgramSetup.reason(failure)).isEqualTo(line);
    } finally {
      here.setContextClassLoader(before);
    }
  }

  static List<Arguments> models() {
    return List.of(
        Arguments.of(
            Mine.class,
            "model mine, key parameters.seconds: HV000030: No validator could be found for"
                + " constraint 'io.leonardoroutes.request.Length' validating type"
                + " 'java.lang.Integer'. Check configuration for 'seconds'"),
        Arguments.of(
            Unchecked.class,
            "model unchecked, key parameters.camera: the rules of Camera would never be checked:"
                + " write @Valid Camera or List<@Valid Camera>"));
  }

  /** A model with a rule for texts on a number. */
  public static final class Mine implements Model {
    @Override
    public String id() {
      return "mine";
    }

    @Override
    public Class<? extends ModelParameters> parameters() {
      return Video.class;
    }
  }

  record Video(@Length(max = 3) Integer seconds) implements ModelParameters {}

  /** A model with rules in a record that Bean Validation is not told to look into. */
  public static final class Unchecked implements Model {
    @Override
    public String id() {
      return "unchecked";
    }

    @Override
    public Class<? extends ModelParameters> parameters() {
      return Scene.class;
    }
  }

  record Scene(Camera camera) implements ModelParameters {}

  record Camera(@Length(max = 3) String name) {}
}
