package io.synapse.engine.library;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;

/**
 * An exact number, in lowest terms with a positive denominator. A fraction and not a decimal, because {@code 1/3*3} is
 * 1, not 0.999…. Immutable; every operation is bounded by {@link #MAX_BITS}.
 */
record Fraction(BigInteger numerator, BigInteger denominator) {

    /** Bits of a numerator or denominator, at most: about 1,200 digits, computed in well under a millisecond. */
    static final int MAX_BITS = 4096;

    static final Fraction ZERO = new Fraction(BigInteger.ZERO, BigInteger.ONE);

    private static final BigInteger FIVE = BigInteger.valueOf(5);
    private static final int PLAIN_EXPONENT = 40;

    Fraction {
        if (denominator.signum() == 0) {
            throw new ArithmeticException("Division by zero has no result.");
        }
        BigInteger divisor = numerator.gcd(denominator);
        if (denominator.signum() < 0) {
            divisor = divisor.negate();
        }
        numerator = numerator.divide(divisor);
        denominator = denominator.divide(divisor);
        if (Math.max(numerator.bitLength(), denominator.bitLength()) > MAX_BITS) {
            throw tooLarge();
        }
    }

    static Fraction of(BigDecimal value) {
        return value.scale() <= 0
                ? new Fraction(value.toBigIntegerExact(), BigInteger.ONE)
                : new Fraction(value.unscaledValue(), BigInteger.TEN.pow(value.scale()));
    }

    Fraction plus(Fraction other) {
        return new Fraction(
                numerator.multiply(other.denominator).add(other.numerator.multiply(denominator)),
                denominator.multiply(other.denominator));
    }

    Fraction negated() {
        return new Fraction(numerator.negate(), denominator);
    }

    Fraction times(Fraction other) {
        return new Fraction(numerator.multiply(other.numerator), denominator.multiply(other.denominator));
    }

    Fraction dividedBy(Fraction other) {
        return new Fraction(numerator.multiply(other.denominator), denominator.multiply(other.numerator));
    }

    Fraction toThe(Fraction exponent) {
        if (!exponent.denominator.equals(BigInteger.ONE)) {
            throw new ArithmeticException("I can only raise to a whole power: others have no exact result.");
        }
        BigInteger power = exponent.numerator;
        Fraction base = power.signum() < 0 ? new Fraction(denominator, numerator) : this;
        return base.raised(power.abs());
    }

    // The size is estimated first: the power itself could take all memory.
    private Fraction raised(BigInteger power) {
        if (denominator.equals(BigInteger.ONE) && numerator.signum() >= 0 && numerator.bitLength() <= 1) {
            return power.signum() == 0 ? new Fraction(BigInteger.ONE, BigInteger.ONE) : this;
        }
        if (denominator.equals(BigInteger.ONE) && numerator.equals(BigInteger.ONE.negate())) {
            return power.testBit(0) ? this : negated();
        }
        int bits = Math.max(numerator.abs().bitLength(), denominator.bitLength()) - 1;
        if (power.bitLength() > Integer.SIZE - 2 || (long) bits * power.intValueExact() > MAX_BITS) {
            throw tooLarge();
        }
        return new Fraction(numerator.pow(power.intValueExact()), denominator.pow(power.intValueExact()));
    }

    private static ArithmeticException tooLarge() {
        return new ArithmeticException("That goes beyond the numbers I compute with, which have up to 1,200 digits.");
    }

    /** As a decimal: exact where it ends, else rounded to 34 digits and marked by the word "about". */
    @Override
    public String toString() {
        BigDecimal top = new BigDecimal(numerator);
        BigDecimal bottom = new BigDecimal(denominator);
        if (isDecimal()) {
            return plain(top.divide(bottom).stripTrailingZeros());
        }
        return "about " + plain(top.divide(bottom, MathContext.DECIMAL128));
    }

    private boolean isDecimal() {
        BigInteger rest = denominator.shiftRight(denominator.getLowestSetBit());
        while (rest.mod(FIVE).signum() == 0) {
            rest = rest.divide(FIVE);
        }
        return rest.equals(BigInteger.ONE);
    }

    private static String plain(BigDecimal value) {
        int exponent = value.precision() - value.scale() - 1;
        return value.scale() > PLAIN_EXPONENT && exponent < -PLAIN_EXPONENT ? value.toString() : value.toPlainString();
    }
}
