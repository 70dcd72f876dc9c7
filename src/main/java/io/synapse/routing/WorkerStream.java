package io.synapse.routing;

import io.synapse.agent.TaskNews;
import io.synapse.agent.TaskNews.Cancelled;
import io.synapse.agent.TaskNews.Given;
import io.synapse.agent.Worker;
import io.synapse.connection.Connection;
import io.synapse.connection.Follower;
import io.synapse.engine.EarlierTurn;
import io.synapse.engine.Question;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.Ref;
import io.synapse.protocol.ServerMessage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What one connection tells the worker at its end: tasks, and that they are to be stopped. Safe for use by many threads. */
final class WorkerStream extends Follower {

    private final Connection connection;
    private final Ref joinRef;
    private final String topic;
    private final Worker worker;

    WorkerStream(Connection connection, Channel channel, Worker worker) {
        super(connection);
        this.connection = connection;
        this.joinRef = channel.joinRef();
        this.topic = channel.topic();
        this.worker = worker;
    }

    Worker worker() {
        return worker;
    }

    void begin() {
        begin(worker::follow);
    }

    /** May be called more than once. */
    void end() {
        finish();
    }

    @Override
    public Tie tie() {
        return worker.isBusy() ? Tie.TASK : Tie.NONE;
    }

    @Override
    protected void ended() {
        worker.end();
    }

    @Override
    protected void moveOn() {
        lock.lock();
        try {
            TaskNews news = worker.news();
            while (news != null && mayMove() && connection.sendIfRoom(message(news))) {
                worker.told();
                news = worker.news();
            }
        } finally {
            lock.unlock();
        }
    }

    private ServerMessage message(TaskNews news) {
        if (news instanceof Cancelled cancelled) {
            return new ServerMessage.Push(
                    joinRef, topic, "task_cancel", Payloads.of("task", cancelled.task(), "reason", cancelled.reason()));
        }
        Given given = (Given) news;
        Question question = given.question();
        return new ServerMessage.Push(
                joinRef,
                topic,
                "task",
                Payloads.of(
                        "task",
                        given.task(),
                        "tenant",
                        question.tenant().isEmpty() ? null : question.tenant(),
                        "agent",
                        question.agent(),
                        "ref",
                        question.ref(),
                        "q",
                        question.text(),
                        "attempt",
                        given.attempt(),
                        "priority",
                        question.priority(),
                        "timeout_ms",
                        given.timeout().toMillis(),
                        "pace",
                        question.pace().isPresent() ? (Object) question.pace().getAsDouble() : null,
                        "traceparent",
                        question.traceparent().orElse(null),
                        "history",
                        question.history().isEmpty() ? null : history(question.history())));
    }

    private static List<Map<String, Object>> history(List<EarlierTurn> turns) {
        return turns.stream().map(WorkerStream::turn).toList();
    }

    private static Map<String, Object> turn(EarlierTurn turn) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("q", turn.question());
        fields.put("answer", turn.answer());
        fields.put("truncated", turn.truncated());
        return fields;
    }
}
