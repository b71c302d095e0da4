package org.guestmount.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.ByteBuffer;
import java.util.Objects;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.PropertyDefaults;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.protocol.Messages.Exchange;

/** What one end writes the other reads, and nothing else is taken for a message. */
@PropertyDefaults(tries = 400)
final class MessagePropertyTest {
    @Provide
    Arbitrary<Exchange<?>> exchanges() {
        return Messages.exchanges();
    }

    @Provide
    Arbitrary<String> texts() {
        return Vocabulary.texts();
    }

    @Property
    void aRequestIsReadAsItWasWritten(@ForAll("exchanges") Exchange<?> exchange, @ForAll int id) throws Exception {
        Request<?> request = exchange.request();

        Frame frame = received(Frame.request(id, request));

        assertThat(frame.id()).isEqualTo(id);
        assertThat(frame.code()).isEqualTo(request.opcode().code());
        assertThat(decoded(frame)).isEqualTo(request);
    }

    @Property
    void aResultIsReadAsItWasWritten(@ForAll("exchanges") Exchange<?> exchange, @ForAll int id) throws Exception {
        assertResultRoundTrips(exchange, id);
    }

    private static <R> void assertResultRoundTrips(Exchange<R> exchange, int id) throws Exception {
        Frame frame = received(Frame.reply(id, exchange.request(), exchange.result()));

        assertThat(frame.id()).isEqualTo(id);
        assertThat(frame.resultOf(exchange.request())).isEqualTo(exchange.result());
    }

    @Property
    void anErrorIsReadAsItWasWritten(
            @ForAll("exchanges") Exchange<?> exchange, @ForAll Errno errno, @ForAll("texts") String message)
            throws Exception {
        Frame frame = received(Frame.error(7, errno, message));

        assertThatExceptionOfType(GuestFilesystemException.class)
                .isThrownBy(() -> frame.resultOf(exchange.request()))
                .withMessage(message)
                .satisfies(failure -> assertThat(failure.errno()).isEqualTo(errno));
    }

    @Property
    void aTruncatedRequestIsRefused(@ForAll("exchanges") Exchange<?> exchange, @ForAll @IntRange(min = 1) int cut)
            throws Exception {
        ByteBuffer whole = bodyOf(Frame.request(1, exchange.request()));
        if (whole.hasRemaining()) {
            ByteBuffer part = whole.limit(cut % whole.limit());

            assertRefused(() -> exchange.request().opcode().decode(new WireReader(part)));
        }
    }

    @Property
    void aTruncatedResultIsRefused(@ForAll("exchanges") Exchange<?> exchange, @ForAll @IntRange(min = 1) int cut)
            throws Exception {
        assertTruncationIsRefused(exchange, cut);
    }

    private static <R> void assertTruncationIsRefused(Exchange<R> exchange, int cut) throws Exception {
        ByteBuffer whole = bodyOf(Frame.reply(1, exchange.request(), exchange.result()));
        if (whole.hasRemaining()) {
            Frame part = new Frame(1, 0, whole.limit(cut % whole.limit()));

            assertRefused(() -> part.resultOf(exchange.request()));
        }
    }

    @Property
    void bytesLeftOverAreRefused(
            @ForAll("exchanges") Exchange<?> exchange, @ForAll @Size(min = 1, max = 20) byte[] extra) throws Exception {
        ByteBuffer body = bodyOf(Frame.request(1, exchange.request()));
        ByteBuffer longer = ByteBuffer.allocate(body.remaining() + extra.length)
                .put(body)
                .put(extra)
                .flip();

        assertRefused(() -> exchange.request().opcode().decode(new WireReader(longer)));
    }

    /** Whatever the bytes, decoding ends, and in nothing but a message or the two exceptions it may end in. */
    @Property
    void garbageIsAMessageOrRefused(
            @ForAll("exchanges") Exchange<?> exchange, @ForAll @Size(max = 300) byte[] garbage) {
        assertReadOrRefused(() -> exchange.request().opcode().decode(new WireReader(ByteBuffer.wrap(garbage))));
        for (int status = 0; status <= 2; status++) {
            Frame frame = new Frame(1, status, ByteBuffer.wrap(garbage));
            assertReadOrRefused(() -> frame.resultOf(exchange.request()));
        }
        assertReadOrRefused(() -> Hello.decode(new WireReader(ByteBuffer.wrap(garbage))));
    }

    /** One damaged byte in a good frame reaches further into the decoders than garbage does. */
    @Property
    void aDamagedByteIsReadOrRefused(
            @ForAll("exchanges") Exchange<?> exchange, @ForAll @IntRange(min = 0) int where, @ForAll byte damage) {
        assertDamageIsReadOrRefused(exchange, where, damage);
    }

    private static <R> void assertDamageIsReadOrRefused(Exchange<R> exchange, int where, byte damage) {
        assertReadOrRefused(() -> {
            ByteBuffer body = bodyOf(Frame.request(1, exchange.request()));
            exchange.request().opcode().decode(new WireReader(damaged(body, where, damage)));
        });
        assertReadOrRefused(() -> {
            ByteBuffer body = bodyOf(Frame.reply(1, exchange.request(), exchange.result()));
            new Frame(1, 0, damaged(body, where, damage)).resultOf(exchange.request());
        });
    }

    @Property
    void aHelloIsReadAsItWasWritten(
            @ForAll @IntRange(max = 65_535) int version, @ForAll("texts") String release, @ForAll int windowBytes)
            throws Exception {
        Hello hello = new Hello(version, release, version < 2 ? 0 : windowBytes);

        assertThat(Hello.decode(new WireReader(bodyOf(Frame.hello(hello))))).isEqualTo(hello);
    }

    @Property
    void everyLengthOutOfRangeIsRefused(@ForAll int length) {
        ThrowingCallable check = () -> Frame.checkLength(length);

        if (length >= Frame.HEADER_BYTES && length <= Frame.MAX_LENGTH) {
            assertThatCode(check).doesNotThrowAnyException();
        } else {
            assertRefused(check);
        }
    }

    private static ByteBuffer damaged(ByteBuffer body, int where, byte damage) {
        if (body.hasRemaining()) {
            int at = body.position() + where % body.remaining();
            body.put(at, (byte) (body.get(at) ^ damage));
        }
        return body;
    }

    private static void assertReadOrRefused(ThrowingCallable decoding) {
        Throwable thrown = catchThrowable(decoding);
        if (thrown != null) {
            assertThat(thrown).isInstanceOfAny(ProtocolException.class, GuestFilesystemException.class);
        }
    }

    private static void assertRefused(ThrowingCallable decoding) {
        assertThatExceptionOfType(ProtocolException.class).isThrownBy(decoding);
    }

    private static Frame received(ByteBuffer sent) throws ProtocolException {
        assertThat(Frame.checkLength(sent.getInt())).isEqualTo(sent.remaining());
        return Frame.parse(sent);
    }

    private static ByteBuffer bodyOf(ByteBuffer sent) throws ProtocolException {
        return received(sent).body();
    }

    private static Request<?> decoded(Frame frame) throws ProtocolException {
        return Objects.requireNonNull(Opcode.of(frame.code())).decode(new WireReader(frame.body()));
    }
}
