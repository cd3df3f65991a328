package io.leonardoroutes.json;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The components of a record class by their JSON names, in their order. */
public final class RecordShape {
  private static final Set<Class<?>> SINGLE =
      Set.of(String.class, Integer.class, Boolean.class, ModelParameters.class, ParseTrace.class);

  private static final ClassValue<RecordShape> SHAPES =
      new ClassValue<>() {
        @Override
        protected RecordShape computeValue(Class<?> type) {
          return new RecordShape(type);
        }
      };

  private final Map<String, RecordComponent> components = new LinkedHashMap<>();
  private final List<String> keys;
  private final Constructor<?> constructor;

  private RecordShape(Class<?> type) {
    if (!type.isRecord()) {
      throw new IllegalStateException(type.getName() + " is no record: make it one");
    }
    for (RecordComponent component : type.getRecordComponents()) {
      check(type, component, component.getGenericType());
      component.getAccessor().setAccessible(true);
      components.put(WireNames.of(component.getName()), component);
    }
    keys =
        components.entrySet().stream()
            .filter(component -> component.getValue().getType() != ParseTrace.class)
            .map(Map.Entry::getKey)
            .toList();
    try {
      constructor =
          type.getDeclaredConstructor(
              Stream.of(type.getRecordComponents())
                  .map(RecordComponent::getType)
                  .toArray(Class<?>[]::new));
      constructor.setAccessible(true);
    } catch (NoSuchMethodException e) {
      throw new AssertionError("a record has its canonical constructor", e);
    }
  }

  public static RecordShape of(Class<?> type) {
    return SHAPES.get(type);
  }

  /** The component with this JSON name, or null. */
  public RecordComponent component(String name) {
    return components.get(name);
  }

  /**
   * The component that a rule names.
   *
   * @throws IllegalStateException if there is none
   */
  RecordComponent requireComponent(String name) {
    RecordComponent component = components.get(name);
    if (component == null) {
      throw new IllegalStateException(
          constructor.getDeclaringClass().getName()
              + " has no "
              + name
              + ": correct the rule that names it");
    }
    return component;
  }

  /** The keys that a request may have here, in the order of the record. */
  public List<String> keys() {
    return keys;
  }

  /** A record of these values by their names in JSON; what is not among them is null. */
  public Object make(Map<String, Object> values) {
    try {
      return constructor.newInstance(components.keySet().stream().map(values::get).toArray());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          constructor.getDeclaringClass().getName() + " cannot be made: its constructor fails", e);
    }
  }

  /** The value at a path of names in JSON, such as guidances.start_frame; null when absent. */
  public static Object value(Object record, String path) {
    Object value = record;
    for (String name : path.split("\\.")) {
      if (value == null) {
        return null;
      }
      value = invoke(of(value.getClass()).requireComponent(name).getAccessor(), value);
    }
    return value;
  }

  private static Object invoke(Method accessor, Object record) {
    try {
      return accessor.invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(accessor + " fails", e);
    }
  }

  /** Whether the type is that of an object with any keys and a text for each. */
  static boolean isTexts(Type type) {
    return type instanceof ParameterizedType map
        && map.getRawType() == Map.class
        && List.of(map.getActualTypeArguments()).equals(List.of(String.class, String.class));
  }

  private static void check(Class<?> owner, RecordComponent component, Type type) {
    if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
      check(owner, component, list.getActualTypeArguments()[0]);
    } else if (type instanceof ParameterizedType map && isTexts(map)) {
      return;
    } else if (type instanceof Class<?> record && record.isRecord()) {
      of(record);
    } else if (!SINGLE.contains(type)) {
      throw new IllegalStateException(
          "%s.%s is a %s: String, Integer, Boolean, a record, a List of these or a Map of String to String can be read"
              .formatted(owner.getName(), component.getName(), type.getTypeName()));
    }
  }
}
