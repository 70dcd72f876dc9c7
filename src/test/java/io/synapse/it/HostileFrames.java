package io.synapse.it;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** What a client may send that means no good. */
final class HostileFrames {

    private static final int MIB = 1024 * 1024;

    private static final List<String> TEXTS = List.of(
            "not json",
            "{",
            "[]",
            "[1,2]",
            "null",
            "{\"event\":5,\"ref\":\"x\"}",
            "{\"event\":\"query\",\"payload\":[1],\"ref\":\"x\"}",
            "{\"event\":\"query\",\"payload\":{},\"ref\":\"x\"}",
            "{\"event\":\"query\",\"payload\":{\"q\":null,\"ref\":{}}}",
            "{\"event\":\"'; DROP TABLE agents; --\",\"payload\":{}}",
            "{\"event\":\"<script>alert(1)</script>\",\"payload\":{}}",
            "{\"event\":\"../../etc/passwd\",\"payload\":{\"q\":\"$(reboot)\"}}",
            "[".repeat(5000),
            "{\"event\":\"query\",\"payload\":" + "{\"a\":".repeat(200) + "1" + "}".repeat(201),
            "{\"event\":\"interrupt\",\"payload\":{\"ref\":\"\\u0000\"}}",
            // Names nobody has used before: what the server keeps of them would pile up.
            "{\"event\":\"interrupt\",\"payload\":{\"ref\":\"nobody-%1$d\"}}",
            "{\"event\":\"resume\",\"payload\":{\"ref\":\"nothing-%1$d\"},\"ref\":\"%1$d\"}",
            "{\"event\":\"event-%1$d\",\"payload\":{\"field-%1$d\":%1$d},\"ref\":\"%1$d\"}",
            "{\"topic\":\"cortex:stranger-%1$d\",\"event\":\"query\",\"payload\":{\"q\":\"x\",\"ref\":\"%1$d\"}}",
            "{\"topic\":\"cortex:thief-%1$d\",\"event\":\"phx_join\",\"payload\":{\"api_key\":\"key-%1$d\"},\"ref\":\"t\"}");

    private HostileFrames() {}

    /**
     * Sends frames of a joined connection, each followed by a ping, and waits for both answers.
     *
     * @return how many were answered: all, or the server is not what it says
     */
    static int send(Wire wire, int frames, Random random) throws InterruptedException {
        int answered = 0;
        for (int i = 0; i < frames; i++) {
            int name = random.nextInt(Integer.MAX_VALUE);
            int choice = random.nextInt(TEXTS.size() + 1);
            if (choice < TEXTS.size()) {
                wire.send(TEXTS.get(choice).replace("%1$d", Integer.toString(name)));
            } else {
                byte[] garbage = new byte[1 + random.nextInt(300)];
                random.nextBytes(garbage);
                wire.sendBinary(garbage);
            }
            String mark = "p" + name;
            wire.send("{\"event\":\"ping\",\"payload\":{},\"ref\":\"%s\"}".formatted(mark));
            JsonNode first = wire.next();
            answered += first.path("ref").asText().equals(mark) ? 0 : 1;
            wire.next(frame -> frame.path("event").asText().equals("pong"));
        }
        return answered;
    }

    /** Sends on a connection of its own what must end it. */
    interface Ending {
        void on(RawClient client) throws IOException;
    }

    /** Everything that must end a connection, by name: too big, or no WebSocket at all. */
    static Map<String, Ending> endings() {
        return Map.of(
                "text over 1 MiB",
                oneFrame(RawClient.TEXT, MIB + 1),
                "binary over 1 MiB",
                oneFrame(RawClient.BINARY, MIB + 1),
                "8 MiB",
                oneFrame(RawClient.TEXT, 8 * MIB),
                "endless fragments",
                HostileFrames::endlessFragments,
                "not UTF-8",
                client -> client.send(RawClient.TEXT, true, new byte[] {(byte) 0xc3, 0x28, (byte) 0xff}),
                "unknown opcode",
                client -> client.send(3, true, new byte[] {1}),
                "nothing to continue",
                client -> client.send(RawClient.CONTINUATION, true, new byte[] {1}),
                "a ping too long",
                client -> client.send(9, true, new byte[200]),
                "nearly 2^63 bytes",
                HostileFrames::endlessFrame);
    }

    static Ending oneFrame(int opcode, int bytes) {
        return client -> client.send(opcode, true, "x".repeat(bytes).getBytes(StandardCharsets.US_ASCII));
    }

    static void endlessFragments(RawClient client) throws IOException {
        byte[] part = "x".repeat(64 * 1024).getBytes(StandardCharsets.US_ASCII);
        client.send(RawClient.TEXT, false, part);
        for (int i = 0; i < 20; i++) {
            client.send(RawClient.CONTINUATION, false, part);
        }
    }

    /** The header of a frame of nearly 2^63 bytes, and the first two million of them. */
    private static void endlessFrame(RawClient client) throws IOException {
        client.sendBytes(HexFormat.of().parseHex("81ff7fffffffffffffff01020304"));
        client.sendBytes(new byte[2 * MIB]);
    }

    /** Opens a connection, sends the most of a message that the server must keep, and goes. */
    static void leaveInTheMiddleOfAMessage(Server server) {
        try (RawClient client = RawClient.connect(server.port())) {
            client.sendBytes(HexFormat.of().parseHex("81ff000000000010000001020304"));
            client.sendBytes(new byte[MIB - 1]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The code with which the server ends a connection, 1006 if it says none. */
    static int closeCodeOf(Server server, Ending ending) {
        try (RawClient client = RawClient.connect(server.port())) {
            CompletableFuture<Integer> code = CompletableFuture.supplyAsync(() -> {
                try {
                    return client.readUntilEnd();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            try {
                ending.on(client);
            } catch (SocketException closedMeanwhile) {
                // The server need not read what is too big; what it said is being read.
            }
            return code.join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
