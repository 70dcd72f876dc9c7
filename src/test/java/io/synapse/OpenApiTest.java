package io.synapse;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The OpenAPI document says what the resources do. It is read as text: its layout is part of what is checked here. */
class OpenApiTest {

    private static final java.nio.file.Path FILE = java.nio.file.Path.of("src/main/webapp/openapi.yaml");
    private static final List<Class<? extends Annotation>> METHODS =
            List.of(GET.class, POST.class, PUT.class, DELETE.class);
    private static final Pattern REF = Pattern.compile("\\$ref: \"#/components/(\\w+)/(\\w+)\"");
    private static final Pattern PARAMETER = Pattern.compile("(?m)^        - \\{name: (\\w+), in: (\\w+),");

    private final String text = Files.readString(FILE);

    OpenApiTest() throws IOException {}

    /** The parameters of each operation, by its method and path. */
    private Map<String, Set<String>> described() {
        Map<String, Set<String>> all = new TreeMap<>();
        String paths = text.substring(text.indexOf("\npaths:\n"), text.indexOf("\ncomponents:\n"));
        for (String path : paths.split("(?m)^  (?=/)")) {
            if (path.startsWith("/")) {
                String name = path.substring(0, path.indexOf(":\n"));
                for (String operation : path.split("(?m)^    (?=\\w+:$)")) {
                    if (!operation.startsWith("/")) {
                        String method = operation.substring(0, operation.indexOf(':'));
                        all.put(method.toUpperCase(java.util.Locale.ROOT) + " " + name, parameters(operation));
                    }
                }
            }
        }
        return all;
    }

    private static Set<String> parameters(String operation) {
        Set<String> names = new TreeSet<>();
        Matcher parameter = PARAMETER.matcher(operation);
        while (parameter.find()) {
            names.add(parameter.group(2) + " " + parameter.group(1));
        }
        return names;
    }

    private static Map<String, Set<String>> resources() {
        Map<String, Set<String>> all = new TreeMap<>();
        for (JavaClass found : new ClassFileImporter().importPackages("io.synapse.endpoint.rest")) {
            if (found.isAnnotatedWith(Path.class)) {
                for (JavaMethod method : found.getMethods()) {
                    add(all, found.reflect().getAnnotation(Path.class).value(), method.reflect());
                }
            }
        }
        return all;
    }

    private static void add(Map<String, Set<String>> all, String root, Method method) {
        for (Class<? extends Annotation> verb : METHODS) {
            if (method.isAnnotationPresent(verb)) {
                Path sub = method.getAnnotation(Path.class);
                String path = ("/" + root + "/" + (sub == null ? "" : sub.value())).replaceAll("/+", "/");
                String name = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
                Set<String> parameters = new TreeSet<>();
                Stream.of(method.getParameters()).forEach(parameter -> add(parameters, parameter));
                all.put(verb.getAnnotation(HttpMethod.class).value() + " " + name, parameters);
            }
        }
    }

    private static void add(Set<String> parameters, Parameter parameter) {
        if (parameter.isAnnotationPresent(PathParam.class)) {
            parameters.add("path " + parameter.getAnnotation(PathParam.class).value());
        }
        if (parameter.isAnnotationPresent(QueryParam.class)) {
            parameters.add("query " + parameter.getAnnotation(QueryParam.class).value());
        }
    }

    @Test
    @DisplayName("G6: every path, method and parameter of the REST side is in openapi.yaml, and no other")
    void knowsEveryResource() {
        assertThat(described()).isEqualTo(resources());
    }

    @Test
    @DisplayName("G6: every reference in openapi.yaml leads somewhere, and every operation has a name of its own")
    void leadsSomewhere() {
        Matcher ref = REF.matcher(text);
        while (ref.find()) {
            String part = text.substring(text.indexOf("\n  " + ref.group(1) + ":\n"));
            assertThat(part).as(ref.group()).containsPattern("(?m)^    " + ref.group(2) + ": ");
        }
        Matcher name = Pattern.compile("(?m)^      operationId: (\\w+)$").matcher(text);
        Set<String> names = new TreeSet<>();
        while (name.find()) {
            assertThat(names.add(name.group(1))).as(name.group(1)).isTrue();
        }
        assertThat(names).hasSameSizeAs(resources().keySet());
    }

    @Test
    @DisplayName("G6: docs/control-api.md shows a call of every operation of the control API")
    void isDocumented() throws IOException {
        String page = Files.readString(java.nio.file.Path.of("docs/control-api.md"));
        String control = text.substring(text.indexOf("\npaths:\n"));
        Matcher operation = Pattern.compile(
                        "(?m)^  (/\\S*):$|^    (\\w+):\\R      operationId: \\w+\\R      tags: \\[control]")
                .matcher(control);
        String path = "";
        int seen = 0;
        while (operation.find()) {
            if (operation.group(1) != null) {
                path = operation.group(1);
            } else {
                seen++;
                assertThat(page)
                        .contains("`" + operation.group(2).toUpperCase(java.util.Locale.ROOT) + " /api" + path + "`");
            }
        }
        assertThat(seen).isGreaterThan(10);
    }
}
