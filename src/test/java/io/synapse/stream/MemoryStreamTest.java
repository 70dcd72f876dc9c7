package io.synapse.stream;

import java.util.function.ToIntFunction;

class MemoryStreamTest extends PositionedStreamContract {

    @Override
    protected PositionedStream<String> open(StreamBounds bounds, ToIntFunction<String> sizer) {
        return new MemoryStream<>("epoch", bounds, sizer, ticker);
    }
}
