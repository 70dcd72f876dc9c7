package io.synapse;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.properties.HasOwner;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures;
import io.synapse.security.Secrets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;

/** Which package may know which, and the few seams that one package alone may touch. */
@AnalyzeClasses(packages = "io.synapse", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule LAYERS = Architectures.layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .withOptionalLayers(true)
            .layer("platform")
            .definedBy("io.synapse.platform..")
            .layer("config")
            .definedBy("io.synapse.config..")
            .layer("protocol")
            .definedBy("io.synapse.protocol..")
            .layer("stream")
            .definedBy("io.synapse.stream..")
            .layer("connection")
            .definedBy("io.synapse.connection..")
            .layer("topic")
            .definedBy("io.synapse.topic..")
            .layer("engine")
            .definedBy("io.synapse.engine")
            .layer("library")
            .definedBy("io.synapse.engine.library..")
            .layer("openai")
            .definedBy("io.synapse.engine.openai..")
            .layer("agent")
            .definedBy("io.synapse.agent..")
            .layer("presence")
            .definedBy("io.synapse.presence..")
            .layer("query")
            .definedBy("io.synapse.query..")
            .layer("tool")
            .definedBy("io.synapse.tool..")
            .layer("session")
            .definedBy("io.synapse.session..")
            .layer("conversation")
            .definedBy("io.synapse.conversation..")
            .layer("security")
            .definedBy("io.synapse.security..")
            .layer("routing")
            .definedBy("io.synapse.routing..")
            .layer("operations")
            .definedBy("io.synapse.operations..")
            .layer("cluster")
            .definedBy("io.synapse.cluster")
            .layer("control")
            .definedBy("io.synapse.control..")
            .layer("redis")
            .definedBy("io.synapse.cluster.redis..")
            .layer("endpoint")
            .definedBy("io.synapse.endpoint..")
            .layer("budget")
            .definedBy("io.synapse.budget..")
            .layer("cli")
            .definedBy("io.synapse.cli..")
            .layer("wiring")
            .definedBy("io.synapse.wiring..")
            .whereLayer("platform")
            .mayNotAccessAnyLayer()
            .whereLayer("config")
            .mayOnlyAccessLayers("platform")
            .whereLayer("cluster")
            .mayOnlyAccessLayers("platform")
            .whereLayer("redis")
            .mayOnlyBeAccessedByLayers("wiring")
            .whereLayer("protocol")
            .mayNotAccessAnyLayer()
            .whereLayer("stream")
            .mayOnlyAccessLayers("platform", "config")
            .whereLayer("connection")
            .mayOnlyAccessLayers("cluster", "protocol", "stream", "config", "platform")
            .whereLayer("engine")
            .mayNotAccessAnyLayer()
            .whereLayer("library")
            .mayOnlyAccessLayers("engine", "config")
            .whereLayer("openai")
            .mayOnlyAccessLayers("engine", "config", "platform")
            .whereLayer("topic")
            .mayOnlyAccessLayers("connection", "stream", "protocol", "config", "platform")
            .whereLayer("budget")
            .mayOnlyAccessLayers("config", "platform")
            .whereLayer("query")
            .mayOnlyAccessLayers(
                    "cluster",
                    "budget",
                    "stream",
                    "conversation",
                    "engine",
                    "connection",
                    "protocol",
                    "config",
                    "platform")
            .whereLayer("agent")
            .mayOnlyAccessLayers("engine", "config", "platform")
            .whereLayer("tool")
            .mayOnlyAccessLayers("engine", "protocol", "config")
            .whereLayer("presence")
            .mayOnlyAccessLayers("cluster", "connection", "protocol", "config", "platform")
            .whereLayer("session")
            .mayOnlyAccessLayers("cluster", "stream", "config", "platform")
            .whereLayer("conversation")
            .mayOnlyAccessLayers("config", "platform")
            .whereLayer("security")
            .mayOnlyAccessLayers("cluster", "protocol", "config", "platform")
            .whereLayer("routing")
            .mayOnlyAccessLayers(
                    "cluster",
                    "query",
                    "agent",
                    "budget",
                    "tool",
                    "topic",
                    "presence",
                    "session",
                    "conversation",
                    "stream",
                    "engine",
                    "security",
                    "connection",
                    "protocol",
                    "config",
                    "platform")
            .whereLayer("operations")
            .mayOnlyAccessLayers(
                    "cluster",
                    "query",
                    "agent",
                    "topic",
                    "presence",
                    "session",
                    "conversation",
                    "connection",
                    "protocol",
                    "stream",
                    "engine",
                    "security",
                    "config",
                    "platform")
            .whereLayer("control")
            .mayOnlyAccessLayers(
                    "routing",
                    "query",
                    "topic",
                    "presence",
                    "stream",
                    "security",
                    "connection",
                    "protocol",
                    "config",
                    "platform")
            .whereLayer("endpoint")
            .mayOnlyAccessLayers(
                    "control",
                    "platform",
                    "config",
                    "protocol",
                    "stream",
                    "connection",
                    "engine",
                    "library",
                    "query",
                    "presence",
                    "security",
                    "routing",
                    "operations")
            .whereLayer("cli")
            .mayOnlyAccessLayers("security")
            .whereLayer("cli")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("wiring")
            .mayNotBeAccessedByAnyLayer();

    @ArchTest
    static final ArchRule EVERY_PACKAGE_HAS_A_LAYER = classes()
            .should()
            .resideInAnyPackage(
                    "io.synapse.platform..",
                    "io.synapse.config..",
                    "io.synapse.protocol..",
                    "io.synapse.stream..",
                    "io.synapse.connection..",
                    "io.synapse.topic..",
                    "io.synapse.engine..",
                    "io.synapse.query..",
                    "io.synapse.agent..",
                    "io.synapse.budget..",
                    "io.synapse.tool..",
                    "io.synapse.presence..",
                    "io.synapse.session..",
                    "io.synapse.conversation..",
                    "io.synapse.security..",
                    "io.synapse.routing..",
                    "io.synapse.operations..",
                    "io.synapse.control..",
                    "io.synapse.cluster..",
                    "io.synapse.endpoint..",
                    "io.synapse.cli..",
                    "io.synapse.wiring..");

    @ArchTest
    static final ArchRule NOBODY_KNOWS_THE_WIRING = noClasses()
            .that()
            .resideOutsideOfPackage("io.synapse.wiring..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.synapse.wiring..");

    @ArchTest
    static final ArchRule THE_ENGINE_API_NEEDS_NOTHING_BUT_THE_JDK = noClasses()
            .that()
            .resideInAPackage("io.synapse.engine")
            .should()
            .dependOnClassesThat(resideInAnyPackage("java..", "io.synapse.engine")
                    .or(primitivesAndArrays())
                    .negate());

    @ArchTest
    static final ArchRule THE_COMMAND_LINE_NEEDS_NOTHING_BUT_THE_JDK = noClasses()
            .that()
            .resideInAPackage("io.synapse.cli")
            .should()
            .dependOnClassesThat(resideInAnyPackage("java..", "io.synapse.cli")
                    .or(type(Secrets.class))
                    .or(type(Secrets.Prefix.class))
                    .or(primitivesAndArrays())
                    .negate());

    @ArchTest
    static final ArchRule ONLY_THE_ENDPOINT_KNOWS_THE_WEB = noClasses()
            .that()
            .resideOutsideOfPackage("io.synapse.endpoint..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("jakarta.websocket..", "jakarta.servlet..", "jakarta.ws.rs..");

    @ArchTest
    static final ArchRule ONE_PACKAGE_KNOWS_REDIS = noClasses()
            .that()
            .resideOutsideOfPackage("io.synapse.cluster.redis..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.lettuce..", "io.netty..");

    @ArchTest
    static final ArchRule ONE_CLASS_KNOWS_THE_SCHEMA_VALIDATOR = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("io.synapse.tool.JsonSchemas")
            .and()
            .resideOutsideOfPackage("io.synapse.endpoint.mcp..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.networknt..", "com.fasterxml.jackson.databind..");

    @ArchTest
    static final ArchRule ONLY_THE_MCP_SERVER_KNOWS_ITS_SDK = noClasses()
            .that()
            .resideOutsideOfPackage("io.synapse.endpoint.mcp..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.modelcontextprotocol..", "reactor..", "org.reactivestreams..");

    @ArchTest
    static final ArchRule NOBODY_LOOKS_UP_A_JSON_PROVIDER =
            noClasses().should().dependOnClassesThat().haveFullyQualifiedName("jakarta.json.Json");

    @ArchTest
    static final ArchRule ONLY_THE_PLATFORM_READS_CLOCKS_AND_SLEEPS = noClasses()
            .that()
            .resideOutsideOfPackage("io.synapse.platform..")
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callMethod(Thread.class, "sleep", long.class, int.class);

    @ArchTest
    static final ArchRule ONLY_THE_PLATFORM_AND_THE_WIRING_MAKE_CLOCKS = noClasses()
            .that()
            .resideOutsideOfPackages("io.synapse.platform..", "io.synapse.wiring..")
            .should()
            .callMethod(Clock.class, "systemUTC")
            .orShould()
            .callMethod(Clock.class, "systemDefaultZone")
            .orShould()
            .callMethod(Clock.class, "system", ZoneId.class);

    @ArchTest
    static final ArchRule ONLY_THE_PLATFORM_STARTS_THREADS = noClasses()
            .that()
            .resideOutsideOfPackage("io.synapse.platform..")
            .should()
            .callConstructorWhere(JavaCall.Predicates.target(HasOwner.Predicates.With.owner(
                    type(Thread.class).or(type(ThreadPoolExecutor.class)).or(type(ScheduledThreadPoolExecutor.class)))))
            .orShould()
            .dependOnClassesThat(type(Executors.class));

    @ArchTest
    static void noCycles(JavaClasses classes) {
        // What is in Redis is for any package that has a seam for it, and only wiring may use it; so no cycle leads
        // through it.
        slices().matching("io.synapse.(*)..")
                .should()
                .beFreeOfCycles()
                .check(classes.that(resideOutsideOfPackage("io.synapse.cluster.redis..")));
        // The engines shipped with Synapse know the API, and not the other way round.
        noClasses()
                .that(resideInAPackage("io.synapse.engine"))
                .should()
                .dependOnClassesThat(resideInAPackage("io.synapse.engine.*.."))
                .check(classes);
    }

    private static DescribedPredicate<JavaClass> primitivesAndArrays() {
        return DescribedPredicate.describe(
                "primitives and arrays", javaClass -> javaClass.isArray() || javaClass.isPrimitive());
    }
}
