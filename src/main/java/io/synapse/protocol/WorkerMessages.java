package io.synapse.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.synapse.protocol.ClientMessage.Work;
import io.synapse.protocol.Fields.WrongField;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Pattern;

/** From the fields of what a worker says to a typed message. */
final class WorkerMessages {

    /** What is said of an agent. */
    static final Set<String> OF_AGENT = Set.of("register", "unregister");

    private static final int MAX_CAPACITY = 10_000;
    private static final int MAX_TASK_LENGTH = 64;
    private static final int MAX_TYPE_LENGTH = 64;
    private static final int MAX_MESSAGE_LENGTH = 1000;
    private static final String PIECE_OF_TEXT = "text";
    private static final Pattern REASON = Pattern.compile("[a-z0-9_]{1,64}");

    private WorkerMessages() {}

    static Inbound of(Address address, String event, Fields fields) throws WrongField {
        switch (event) {
            case "register":
                return new Work(address, new WorkerMessage.Register((int)
                        fields.integer("capacity", 1, MAX_CAPACITY).orElse(1)));
            case "unregister":
                return new Work(address, new WorkerMessage.Unregister());
            default:
                Optional<String> task = fields.text("task", MAX_TASK_LENGTH).filter(name -> !name.isBlank());
                return task.isEmpty() ? missing(address, "task") : ofTask(address, event, task.get(), fields);
        }
    }

    private static Inbound ofTask(Address address, String event, String task, Fields fields) throws WrongField {
        return switch (event) {
            case "task_accept" -> new Work(address, new WorkerMessage.Accept(task));
            case "task_thought" -> thought(address, task, fields);
            case "task_result" -> result(address, task, fields);
            case "task_failure" -> failure(address, task, fields);
            case "task_stopped" -> new Work(address, new WorkerMessage.Stopped(task));
            default -> throw new IllegalArgumentException(event);
        };
    }

    private static Inbound missing(Address address, String fields) {
        return new Invalid(address, Invalid.Kind.PAYLOAD, Reasons.missing(fields), "");
    }

    /** {@code {task, content, confidence?}} is a piece of text; {@code {task, thought:{type, content, confidence?}}} any. */
    private static Inbound thought(Address address, String task, Fields fields) throws WrongField {
        Fields step = fields;
        String type = PIECE_OF_TEXT;
        if (!fields.isAbsent("thought")) {
            step = nested(fields);
            type = step.text("type", MAX_TYPE_LENGTH).orElse(PIECE_OF_TEXT);
            if (type.isEmpty()) {
                throw new WrongField("type must not be empty");
            }
        }
        Optional<String> content = step.text("content", Integer.MAX_VALUE);
        if (content.isEmpty()) {
            return missing(address, "task, content");
        }
        OptionalDouble confidence = step.decimal("confidence", 0, 1);
        return new Work(address, new WorkerMessage.Thought(task, type, content.get(), confidence));
    }

    private static Fields nested(Fields fields) throws WrongField {
        RawJson raw = fields.raw("thought").filter(RawJson::isObject).orElseThrow(WorkerMessages::noThought);
        try (JsonParser parser = raw.parser()) {
            parser.nextToken();
            return Json.fields(parser, raw.text());
        } catch (IOException e) {
            throw noThought();
        }
    }

    private static WrongField noThought() {
        return new WrongField("thought must be an object of type, content and confidence");
    }

    private static Inbound result(Address address, String task, Fields fields) throws WrongField {
        Optional<String> answer = fields.text("answer", Integer.MAX_VALUE);
        if (answer.isEmpty() && fields.isAbsent("data")) {
            return missing(address, "task, answer or data");
        }
        RawJson data = fields.isAbsent("data")
                ? RawJson.EMPTY_OBJECT
                : fields.raw("data")
                        .filter(RawJson::isObject)
                        .orElseThrow(() -> new WrongField("data must be an object"));
        return new Work(address, new WorkerMessage.Result(task, answer, data));
    }

    private static Inbound failure(Address address, String task, Fields fields) throws WrongField {
        Optional<String> reason = fields.text("reason", MAX_TYPE_LENGTH);
        if (reason.isEmpty()) {
            return missing(address, "task, reason");
        }
        if (!REASON.matcher(reason.get()).matches()) {
            throw new WrongField("reason must be 1 to 64 lower-case letters, digits and _");
        }
        return new Work(address, new WorkerMessage.Failure(task, reason.get(), message(fields)));
    }

    private static String message(Fields fields) throws WrongField {
        if (fields.isAbsent("message")) {
            return "";
        }
        // A message to a channel has a field of this name that may hold anything, so it comes as it is.
        RawJson raw = fields.raw("message").orElseThrow();
        try (JsonParser parser = raw.parser()) {
            if (parser.nextToken() == JsonToken.VALUE_NULL) {
                return "";
            }
            if (parser.currentToken() == JsonToken.VALUE_STRING && parser.getTextLength() <= MAX_MESSAGE_LENGTH) {
                return parser.getText();
            }
        } catch (IOException e) {
            throw new WrongField("message must be text");
        }
        throw new WrongField("message must be text of at most " + MAX_MESSAGE_LENGTH + " characters");
    }
}
