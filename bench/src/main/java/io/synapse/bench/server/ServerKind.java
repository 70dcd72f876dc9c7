package io.synapse.bench.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The servers that can be measured: how each is started with the two WARs. */
enum ServerKind {
    PAYARA {
        @Override
        Launch launch(Path folder, List<Path> wars) throws IOException {
            int port = Ports.free(1).get(0);
            List<String> command = new ArrayList<>(List.of(JAVA));
            command.addAll(OPTIONS);
            command.addAll(List.of("-Djava.io.tmpdir=" + folder, "-jar", "target/server/payara/payara-micro.jar"));
            command.addAll(List.of("--nocluster", "--disablephonehome", "--port", String.valueOf(port)));
            command.addAll(List.of("--logproperties", "../server-config/payara-micro/logging.properties"));
            command.addAll(List.of("--prebootcommandfile", preBoot(folder).toString()));
            wars.forEach(war -> command.addAll(List.of("--deploy", war.toString())));
            return new Launch(command, port, port);
        }

        private Path preBoot(Path folder) throws IOException {
            String delivered = Files.readString(Path.of("../server-config/payara-micro/pre-boot.asadmin"));
            return Files.writeString(folder.resolve("pre-boot.asadmin"), delivered + LOOPBACK);
        }
    },
    WILDFLY {
        @Override
        Launch launch(Path folder, List<Path> wars) throws IOException {
            Path home = home();
            Path base = Files.createDirectories(folder.resolve("standalone"));
            copy(home.resolve("standalone"), base);
            for (Path war : wars) {
                Files.move(war, base.resolve("deployments").resolve(war.getFileName()));
            }
            List<Integer> ports = Ports.free(3);
            List<String> command = new ArrayList<>(List.of(home + "/bin/standalone.sh"));
            command.addAll(List.of("-Djboss.server.base.dir=" + base, "-Djboss.http.port=" + ports.get(0)));
            command.addAll(List.of("-Djboss.https.port=" + ports.get(1)));
            command.addAll(List.of("-Djboss.management.http.port=" + ports.get(2)));
            return new Launch(command, ports.get(0), ports.get(2));
        }

        private Path home() throws IOException {
            try (Stream<Path> versions = Files.list(Path.of("target/server").toAbsolutePath())) {
                Path home = versions.filter(
                                file -> file.getFileName().toString().startsWith("wildfly-"))
                        .findAny()
                        .orElseThrow(() -> new IOException("there is no WildFly in target/server"));
                configure(home);
                return home;
            }
        }

        private void configure(Path home) throws IOException {
            ProcessBuilder builder = new ProcessBuilder(
                            home + "/bin/jboss-cli.sh", "--file=../server-config/wildfly/synapse.cli")
                    .inheritIO();
            builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
            builder.environment().put("JBOSS_HOME", home.toString());
            Process cli = builder.start();
            try {
                if (!cli.waitFor(CLI_SECONDS, TimeUnit.SECONDS) || cli.exitValue() != 0) {
                    throw new IOException("WildFly could not be configured");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(e);
            } finally {
                cli.destroy();
            }
        }
    };

    /** What every server gets; frames of inlined methods belong to what a profile should show. */
    static final List<String> OPTIONS = List.of(
            "-Xms768m", "-Xmx768m", "-XX:+UnlockDiagnosticVMOptions", "-XX:+DebugNonSafepoints", CpuTime.OPTION);

    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();
    private static final String LOOPBACK = "set configs.config.server-config.network-config.network-listeners."
            + "network-listener.http-listener.address=127.0.0.1\n";
    private static final int CLI_SECONDS = 120;

    /**
     * How to start it.
     *
     * @param command its first word is an executable
     * @param port of the applications
     * @param healthPort of {@code /health/ready}
     */
    record Launch(List<String> command, int port, int healthPort) {}

    /** Prepares a folder of its own; the WARs may be moved. */
    abstract Launch launch(Path folder, List<Path> wars) throws IOException;

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }
}
