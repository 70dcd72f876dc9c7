package io.synapse.routing;

import io.synapse.agent.Worker;
import io.synapse.agent.Workers;
import io.synapse.engine.Answer;
import io.synapse.engine.Thought;
import io.synapse.protocol.Address;
import io.synapse.protocol.JsonValues;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.Reasons;
import io.synapse.protocol.WorkerMessage;
import io.synapse.protocol.WorkerMessage.OfTask;
import io.synapse.protocol.WorkerMessage.Register;
import io.synapse.security.Role;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Everything that a worker can say. What it says of a task is answered only if it names what the answer must quote: a
 * stream of thoughts needs no stream of answers. Safe for use by many threads.
 */
public final class WorkerHandler {

    private final Workers workers;

    /**
     * A handler.
     *
     * @param workers all of the node
     */
    public WorkerHandler(Workers workers) {
        this.workers = workers;
    }

    void handle(CortexSession session, Channel channel, Address address, WorkerMessage said) {
        if (said instanceof Register register) {
            register(session, channel, address, register);
        } else if (said instanceof OfTask ofTask) {
            ofTask(session, channel, address, ofTask);
        } else {
            unregister(session, channel, address);
        }
    }

    private void register(CortexSession session, Channel channel, Address address, Register register) {
        if (!channel.identity().roles().contains(Role.AGENT)) {
            refuse(session, channel, address, "only " + Role.AGENT.group() + " may serve an agent");
            return;
        }
        if (!workers.mayServe(channel.agent())) {
            refuse(session, channel, address, "synapse.agents.remote does not name this agent");
            return;
        }
        WorkerStream present = channel.worker();
        WorkerStream serving = present == null
                ? new WorkerStream(
                        session.connection(),
                        channel,
                        workers.join(channel.identity().tenant(), channel.agent()))
                : present;
        int capacity = Math.min(register.capacity(), workers.maxCapacity());
        Worker worker = serving.worker();
        // Before the first task.
        session.reply(address, Payloads.of("worker_id", worker.id(), "agent", channel.agent(), "capacity", capacity));
        if (present == null) {
            serving.begin();
            channel.serve(serving);
        }
        worker.offer(capacity);
    }

    private static void refuse(CortexSession session, Channel channel, Address address, String detail) {
        session.refuse(
                channel, address, Payloads.refusal(Reasons.FORBIDDEN, "agent", channel.agent(), "detail", detail));
    }

    private static void unregister(CortexSession session, Channel channel, Address address) {
        WorkerStream serving = channel.worker();
        if (serving == null) {
            session.refuse(channel, address, Payloads.refusal(Reasons.NOT_REGISTERED, "agent", channel.agent()));
            return;
        }
        Worker worker = serving.worker();
        session.reply(
                address, Payloads.of("worker_id", worker.id(), "agent", channel.agent(), "running", worker.drain()));
    }

    private void ofTask(CortexSession session, Channel channel, Address address, OfTask said) {
        String task = said.task();
        Worker worker = session.worker(task);
        if (worker == null) {
            workers.late();
            done(session, channel, address, task, false);
        } else if (said instanceof WorkerMessage.Thought thought) {
            think(session, channel, address, worker, thought);
        } else if (said instanceof WorkerMessage.Result result) {
            result(session, channel, address, worker, result);
        } else if (said instanceof WorkerMessage.Failure failure) {
            done(session, channel, address, task, worker.fail(task, failure.reason(), failure.message()));
        } else if (said instanceof WorkerMessage.Stopped) {
            done(session, channel, address, task, worker.stopped(task));
        } else {
            done(session, channel, address, task, worker.accept(task));
        }
    }

    private static void done(CortexSession session, Channel channel, Address address, String task, boolean counts) {
        if (address.ref() == null) {
            return;
        }
        if (counts) {
            session.reply(address, Payloads.of("task", task));
        } else {
            session.refuse(channel, address, Payloads.refusal(Reasons.TASK_OVER, "task", task));
        }
    }

    private static void think(
            CortexSession session, Channel channel, Address address, Worker worker, WorkerMessage.Thought said) {
        String task = said.task();
        Optional<CompletionStage<Long>> seq =
                worker.think(task, new Thought(said.type(), said.content(), said.confidence()));
        if (seq.isEmpty()) {
            done(session, channel, address, task, false);
        } else if (address.ref() != null) {
            seq.get().whenComplete((number, over) -> {
                if (over == null) {
                    session.reply(address, Payloads.of("task", task, "seq", number));
                } else {
                    done(session, channel, address, task, false);
                }
            });
        }
    }

    private static void result(
            CortexSession session, Channel channel, Address address, Worker worker, WorkerMessage.Result result) {
        Answer answer;
        try {
            Map<String, Object> data = new LinkedHashMap<>(JsonValues.object(result.data()));
            result.answer().ifPresent(text -> data.put("answer", text));
            answer = new Answer(data);
        } catch (IllegalArgumentException e) {
            worker.fail(result.task(), "invalid_answer", "the worker's answer cannot be sent: " + e.getMessage());
            if (address.ref() != null) {
                session.refuse(
                        channel, address, Payloads.error(Reasons.INVALID_FIELD, "data: " + e.getMessage(), null));
            }
            return;
        }
        done(session, channel, address, result.task(), worker.answer(result.task(), answer));
    }
}
