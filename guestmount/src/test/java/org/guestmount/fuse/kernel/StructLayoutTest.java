package org.guestmount.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FilesystemStatistics;
import org.guestmount.core.fs.Timestamp;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sizes and offsets as a C compiler gives them for linux/fuse.h. */
class StructLayoutTest {
    private static final int NO_OPEN_SUPPORT = 1 << 17;
    private static final int NO_OPENDIR_SUPPORT = 1 << 24;
    private static final int HANDLE_KILLPRIV_V2 = 1 << 28;

    private static final FileAttributes ATTRIBUTES = new FileAttributes(
            1, 2, 0100755, 3, 4, 5, 6, 7, 8, 9, new Timestamp(10, 11), new Timestamp(-12, 13), new Timestamp(14, 15));

    private final ByteBuffer buffer = ByteBuffer.allocate(8192).order(ByteOrder.nativeOrder());
    private final Reply reply = new Reply(buffer);

    @BeforeEach
    void begin() {
        reply.reset();
    }

    private long u64(int offset) {
        return buffer.getLong(Reply.HEADER_BYTES + offset);
    }

    private int u32(int offset) {
        return buffer.getInt(Reply.HEADER_BYTES + offset);
    }

    private int u16(int offset) {
        return buffer.getShort(Reply.HEADER_BYTES + offset) & 0xFFFF;
    }

    private void assertPayload(int bytes) {
        assertThat(reply.position() - Reply.HEADER_BYTES).isEqualTo(bytes);
    }

    private static AttributeView view() {
        return new AttributeView(
                Duration.ofMillis(1500), Duration.ofSeconds(2), Duration.ofMillis(3250), null, null, null);
    }

    @Test
    void headerCarriesLengthErrorAndRequest() {
        reply.u64(0);

        assertThat(reply.finish(0x1122334455667788L, 0)).isEqualTo(24);
        assertThat(buffer.getInt(0)).isEqualTo(24);
        assertThat(buffer.getInt(4)).isZero();
        assertThat(buffer.getLong(8)).isEqualTo(0x1122334455667788L);
    }

    @Test
    void errorDropsThePayload() {
        reply.u64(0);

        assertThat(reply.finish(1, -5)).isEqualTo(16);
        assertThat(buffer.getInt(4)).isEqualTo(-5);
    }

    @Test
    void entry() {
        view().putEntry(reply, 77, ATTRIBUTES, 99);

        assertPayload(128);
        assertThat(u64(0)).isEqualTo(77);
        assertThat(u64(16)).isEqualTo(1);
        assertThat(u64(24)).isEqualTo(3);
        assertThat(u32(32)).isEqualTo(500_000_000);
        assertThat(u32(36)).isEqualTo(250_000_000);
        assertAttributesAt(40);
    }

    @Test
    void attributes() {
        view().putAttributeReply(reply, ATTRIBUTES, 99);

        assertPayload(104);
        assertThat(u64(0)).isEqualTo(3);
        assertThat(u32(8)).isEqualTo(250_000_000);
        assertAttributesAt(16);
    }

    @Test
    void guessedAttributesAreToBeAskedForAgain() {
        FileAttributes guessed = new FileAttributes(
                1,
                2,
                0100755,
                3,
                4,
                5,
                6,
                7,
                8,
                9,
                new Timestamp(0, 0),
                new Timestamp(0, 0),
                new Timestamp(0, 0),
                true,
                false);
        view().putAttributeReply(reply, guessed, 99);

        assertThat(u64(0)).isZero();
        assertThat(u32(8)).isZero();
    }

    private void assertAttributesAt(int start) {
        assertThat(u64(start)).isEqualTo(99);
        assertThat(u64(start + 8)).isEqualTo(7);
        assertThat(u64(start + 16)).isEqualTo(8);
        assertThat(u64(start + 24)).isEqualTo(10);
        assertThat(u64(start + 32)).isEqualTo(-12);
        assertThat(u64(start + 40)).isEqualTo(14);
        assertThat(u32(start + 48)).isEqualTo(11);
        assertThat(u32(start + 52)).isEqualTo(13);
        assertThat(u32(start + 56)).isEqualTo(15);
        assertThat(u32(start + 60)).isEqualTo(0100755);
        assertThat(u32(start + 64)).isEqualTo(3);
        assertThat(u32(start + 68)).isEqualTo(4);
        assertThat(u32(start + 72)).isEqualTo(5);
        assertThat(u32(start + 76)).isEqualTo(6);
        assertThat(u32(start + 80)).isEqualTo(9);
    }

    @Test
    void noEntry() {
        view().putNoEntry(reply);

        assertPayload(128);
        assertThat(u64(0)).isZero();
        assertThat(u64(16)).isEqualTo(2);
    }

    @Test
    void invalidation() {
        Notices.putInvalidation(reply, 77);

        assertPayload(24);
        assertThat(u64(0)).isEqualTo(77);
        assertThat(u64(8)).isEqualTo(-1);
        assertThat(u64(16)).isZero();
        assertThat(reply.finishNotice(2)).isEqualTo(40);
        assertThat(buffer.getInt(4)).isEqualTo(2);
        assertThat(buffer.getLong(8)).isZero();
    }

    @Test
    void statistics() {
        reply.statistics(new FilesystemStatistics(4096, 1024, 1, 2, 3, 4, 5, 6, 255));

        assertPayload(80);
        assertThat(new long[] {u64(0), u64(8), u64(16), u64(24), u64(32)}).containsExactly(1, 2, 3, 4, 5);
        assertThat(u32(40)).isEqualTo(4096);
        assertThat(u32(44)).isEqualTo(255);
        assertThat(u32(48)).isEqualTo(1024);
    }

    @Test
    void openedAndWritten() {
        reply.open(5, 2);
        assertPayload(16);
        assertThat(u32(8)).isEqualTo(2);

        reply.reset();
        reply.written(3);
        assertPayload(8);
    }

    /** What is agreed with a kernel of those abilities. */
    private Negotiation agreed(boolean mayDoWithoutOpens, int able) throws Exception {
        Map<Opcode, Handler> handlers = new EnumMap<>(Opcode.class);
        Negotiation negotiation =
                new Negotiation(new SessionConfig.Limits(1 << 20, 65536, 64, 48, true), mayDoWithoutOpens);
        negotiation.register(handlers);
        ByteBuffer asked = ByteBuffer.allocate(128).order(ByteOrder.nativeOrder());
        asked.putInt(40, 7).putInt(44, 38).putInt(48, 131072).putInt(52, able);
        Request request = new Request(asked);
        request.received(104);
        reply.reset();
        Objects.requireNonNull(handlers.get(Opcode.INIT)).handle(request, reply);
        return negotiation;
    }

    @Test
    void opensAreLeftToKernelsThatCanDoWithoutUs() throws Exception {
        assertThat(agreed(true, -1).isWithoutOpens()).isTrue();
        assertThat(agreed(false, -1).isWithoutOpens()).isFalse();
        assertThat(agreed(true, ~NO_OPEN_SUPPORT).isWithoutOpens()).isFalse();
        assertThat(agreed(true, ~NO_OPENDIR_SUPPORT).isWithoutOpens()).isFalse();
    }

    @Test
    void initialAgreement() throws Exception {
        Negotiation negotiation = agreed(false, -1);

        assertPayload(64);
        assertThat(u32(0)).isEqualTo(7);
        assertThat(u32(4)).isEqualTo(33);
        assertThat(u32(8)).isEqualTo(65536);
        assertThat(u32(12) & HANDLE_KILLPRIV_V2).isNotZero();
        assertThat(u16(16)).isEqualTo(64);
        assertThat(u16(18)).isEqualTo(48);
        assertThat(u32(20)).isEqualTo(1 << 20);
        assertThat(u32(24)).isEqualTo(1);
        assertThat(u16(28)).isEqualTo(256);
        negotiation.await(0);
    }
}
