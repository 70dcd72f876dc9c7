package io.synapse.tool;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.protocol.JsonValues;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ArgumentsPropertyTest {

    private final RegisteredTool tool = ArgumentsTest.tool(ArgumentsTest.SCHEMA);

    @Provide
    Arbitrary<Object> values() {
        Arbitrary<Object> scalars = Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(20).map(text -> (Object) text),
                Arbitraries.longs().map(number -> (Object) number),
                Arbitraries.doubles().map(number -> (Object) number),
                Arbitraries.bigIntegers()
                        .greaterOrEqual(BigInteger.TWO.pow(64))
                        .lessOrEqual(BigInteger.TEN.pow(63))
                        .map(number -> (Object) number),
                Arbitraries.of(true, false, Optional.empty())
                        .map(value -> value instanceof Optional ? List.of() : value));
        Arbitrary<String> names = Arbitraries.oneOf(
                Arbitraries.of("city", "days", "share", "unit", "from", "tags", "place", "__proto__", "$ref"),
                Arbitraries.strings().ofMaxLength(5));
        return Arbitraries.recursive(
                () -> scalars,
                inner -> Arbitraries.oneOf(
                        inner.list().ofMaxSize(4).map(list -> (Object) new ArrayList<>(list)),
                        Arbitraries.maps(names, inner).ofMaxSize(5).map(map -> (Object) new LinkedHashMap<>(map))),
                0,
                4);
    }

    @Property(tries = 500)
    @Label(
            "M10: whatever the arguments, the check ends with a short answer, and reading what is written changes nothing")
    void survives(@ForAll("values") Object value) {
        Map<String, Object> arguments = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((name, field) -> arguments.put((String) name, field));
        } else {
            arguments.put("city", value);
        }
        tool.problem(arguments)
                .ifPresent(problem -> assertThat(problem).startsWith("args").hasSizeLessThanOrEqualTo(300));
        assertThat(JsonValues.object(JsonValues.write(arguments))).isEqualTo(arguments);
    }
}
