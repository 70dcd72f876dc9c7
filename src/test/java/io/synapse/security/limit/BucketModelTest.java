package io.synapse.security.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.Rate;
import java.math.BigInteger;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** The bucket against a model that is as simple as can be: credit that grows with time up to a most. */
@Tag("M15")
class BucketModelTest {

    private static final long YEAR = 365L * 24 * 3600 * 1_000_000_000;

    @Provide
    Arbitrary<List<Long>> pauses() {
        return Arbitraries.frequencyOf(
                        net.jqwik.api.Tuple.of(6, Arbitraries.longs().between(0, 10)),
                        net.jqwik.api.Tuple.of(6, Arbitraries.longs().between(0, 2_000_000_000L)),
                        net.jqwik.api.Tuple.of(1, Arbitraries.longs().between(0, YEAR)))
                .list()
                .ofMaxSize(200);
    }

    @Property(tries = 2000)
    void behavesLikeCredit(
            @ForAll("pauses") List<Long> pauses,
            @ForAll @LongRange(min = 1, max = 1_000_000_000L) long each,
            @ForAll @IntRange(min = 1, max = 1000) int burst,
            @ForAll long start) {
        Rate rate = new Rate(each, burst);
        BigInteger one = BigInteger.valueOf(each);
        BigInteger most = one.multiply(BigInteger.valueOf(burst));
        BigInteger credit = most;
        // The ticker of a machine may pass the largest number there is.
        long now = start;
        long full = start;
        for (long pause : pauses) {
            now += pause;
            credit = credit.add(BigInteger.valueOf(pause)).min(most);
            boolean may = credit.compareTo(one) >= 0;
            long wait = Bucket.wait(rate, full, now);
            assertThat(wait).isEqualTo(may ? 0 : one.subtract(credit).longValueExact());
            assertThat(Bucket.isFull(full, now)).isEqualTo(credit.equals(most));
            if (may) {
                credit = credit.subtract(one);
                full = Bucket.taken(rate, full, now);
            }
        }
    }

    @Property(tries = 300)
    void aBurstIsExactAndThenOneMoreEachTime(
            @ForAll @LongRange(min = 1, max = 1_000_000_000_000L) long each,
            @ForAll @IntRange(min = 1, max = 1000) int burst,
            @ForAll long now) {
        Rate rate = new Rate(each, burst);
        long full = now;
        for (int i = 0; i < burst; i++) {
            assertThat(Bucket.wait(rate, full, now)).isZero();
            full = Bucket.taken(rate, full, now);
        }
        assertThat(Bucket.wait(rate, full, now)).isEqualTo(each);
        assertThat(Bucket.wait(rate, full, now + each - 1)).isEqualTo(1);
        assertThat(Bucket.wait(rate, full, now + each)).isZero();
    }
}
