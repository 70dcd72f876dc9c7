package io.synapse.stream;

import java.util.NoSuchElementException;
import java.util.Objects;

/**
 * A queue that can be read by index, which {@link java.util.ArrayDeque} cannot. Grows as needed; its owner keeps it
 * bounded. Not safe for use by many threads.
 *
 * @param <T> what it holds
 */
final class RingBuffer<T> {

    private static final int INITIAL_CAPACITY = 16;

    private Object[] items = new Object[INITIAL_CAPACITY];
    private int head;
    private int size;

    void addLast(T item) {
        if (size == items.length) {
            Object[] larger = new Object[items.length * 2];
            for (int i = 0; i < size; i++) {
                larger[i] = items[slot(i)];
            }
            items = larger;
            head = 0;
        }
        items[slot(size)] = Objects.requireNonNull(item);
        size++;
    }

    T removeFirst() {
        if (size == 0) {
            throw new NoSuchElementException("empty");
        }
        T item = at(0);
        items[head] = null;
        head = slot(1);
        size--;
        return item;
    }

    T get(int index) {
        Objects.checkIndex(index, size);
        return at(index);
    }

    int size() {
        return size;
    }

    // The capacity is a power of two, so the mask wraps the index.
    private int slot(int index) {
        return (head + index) & (items.length - 1);
    }

    @SuppressWarnings("unchecked")
    private T at(int index) {
        return (T) items[slot(index)];
    }
}
