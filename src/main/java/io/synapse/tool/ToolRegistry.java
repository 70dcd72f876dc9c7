package io.synapse.tool;

import io.synapse.config.ConfigException;
import io.synapse.engine.Tool;
import io.synapse.engine.Toolbox;
import io.synapse.protocol.Body;
import io.synapse.protocol.JsonValues;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.RawJson;
import io.synapse.protocol.ToolDescription;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The tools of the application. Immutable. */
public final class ToolRegistry {

    private static final int MAX_DESCRIPTION_LENGTH = 2000;
    private static final int MAX_SCHEMA_LENGTH = 64 * 1024;
    private static final int MAX_SCHEMA_DEPTH = 64;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private final Map<String, RegisteredTool> byName = new TreeMap<>();

    /**
     * Asks each tool what it is.
     *
     * @param tools all of them
     * @param configured the roles that the configuration gives to tools, by their names; these go before what a tool says
     * @param knownRoles the names of all roles there are
     * @param maxListBytes the largest list of tools that can be sent
     * @throws ConfigException if one of them is not as {@link Tool} says, two have one name, all together are too many to be
     *     listed, or one is configured that is not there
     */
    public ToolRegistry(
            Iterable<? extends Tool> tools,
            Map<String, Set<String>> configured,
            Set<String> knownRoles,
            int maxListBytes) {
        JsonSchemas schemas = new JsonSchemas();
        for (Tool tool : tools) {
            RegisteredTool registered = registered(tool, configured, knownRoles, schemas);
            if (byName.put(registered.name(), registered) != null) {
                throw wrong(registered.name(), "two tools have this name");
            }
        }
        for (String name : configured.keySet()) {
            if (!byName.containsKey(name)) {
                throw new ConfigException("synapse.tools.roles", "there is no tool " + name);
            }
        }
        if (RawJson.of(list(knownRoles)).bytes() > maxListBytes) {
            throw new ConfigException("tools", "the list of all has more than " + maxListBytes + " bytes");
        }
    }

    /**
     * No tools at all.
     *
     * @return an empty registry
     */
    public static ToolRegistry none() {
        return new ToolRegistry(List.of(), Map.of(), Set.of(), Integer.MAX_VALUE);
    }

    private static RegisteredTool registered(
            Tool tool, Map<String, Set<String>> configured, Set<String> knownRoles, JsonSchemas schemas) {
        String name = tool.name();
        if (name == null || !NAME.matcher(name).matches()) {
            throw wrong(tool.getClass().getName(), "the name must be 1 to 64 letters, digits, _ and -");
        }
        String description = tool.description();
        if (description == null || description.isBlank() || description.length() > MAX_DESCRIPTION_LENGTH) {
            throw wrong(name, "the description must have 1 to " + MAX_DESCRIPTION_LENGTH + " characters");
        }
        Set<String> roles = tool.roles();
        if (roles == null || !knownRoles.containsAll(roles)) {
            throw wrong(name, "the roles are " + roles + ", but there are only " + knownRoles);
        }
        try {
            Map<String, Object> schema = schema(tool.inputSchema());
            ArgumentSchema compiled = schemas.compile(schema);
            // One that refers to itself without end shows here.
            compiled.problem(Map.of());
            return new RegisteredTool(
                    tool,
                    new ToolDescription(name, description, JsonValues.write(schema)),
                    configured.getOrDefault(name, roles),
                    compiled);
        } catch (IllegalArgumentException e) {
            throw wrong(name, "the input schema is broken: " + e.getMessage());
        } catch (StackOverflowError e) {
            throw wrong(name, "the input schema refers to itself without end");
        }
    }

    private static Map<String, Object> schema(String text) {
        if (text == null || text.length() > MAX_SCHEMA_LENGTH) {
            throw new IllegalArgumentException(
                    "it must be there and have at most " + MAX_SCHEMA_LENGTH + " characters");
        }
        Map<String, Object> schema = JsonValues.object(text, MAX_SCHEMA_DEPTH);
        if (!"object".equals(schema.get("type"))) {
            throw new IllegalArgumentException("its type must be object");
        }
        return schema;
    }

    private static ConfigException wrong(String tool, String problem) {
        return new ConfigException("tool " + tool, problem);
    }

    /**
     * Finds a tool.
     *
     * @param name its name
     * @return the tool, or empty
     */
    public Optional<RegisteredTool> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /**
     * The tools that somebody may call.
     *
     * @param roles the names of the roles that one has
     * @return in the order of their names
     */
    public List<RegisteredTool> all(Set<String> roles) {
        return byName.values().stream().filter(tool -> tool.isFor(roles)).toList();
    }

    /**
     * The tools that an engine may call for somebody.
     *
     * @param roles the names of the roles that one has
     * @return those that one may call
     */
    public Toolbox toolbox(Set<String> roles) {
        return byName.isEmpty() ? Toolbox.EMPTY : new RoleToolbox(this, roles);
    }

    /**
     * What somebody is told of the tools: those that one may call.
     *
     * @param roles the names of the roles that one has
     * @return {@code {tools:[{name,description,input_schema}]}}
     */
    public Body list(Set<String> roles) {
        return Payloads.tools(
                all(roles).stream().map(RegisteredTool::description).toList());
    }
}
