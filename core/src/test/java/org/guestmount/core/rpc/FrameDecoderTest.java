package org.guestmount.core.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.guestmount.core.protocol.Frame;
import org.guestmount.core.protocol.ProtocolException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class FrameDecoderTest {
    private static final String TWO_FRAMES = "0000000a 00000001 00000002 cafe" + "00000008 00000003 00000004";

    private final EmbeddedChannel channel = new EmbeddedChannel(new FrameDecoder());

    @AfterEach
    void finish() {
        channel.finishAndReleaseAll();
    }

    @Test
    void framesAreCutFromOneRead() {
        channel.writeInbound(bytes(TWO_FRAMES));

        assertThat(frames())
                .containsExactly(new Frame(1, 2, bytes("cafe").nioBuffer()), new Frame(3, 4, ByteBuffer.allocate(0)));
    }

    @Test
    void framesAreCutFromSingleBytes() {
        ByteBuf all = bytes(TWO_FRAMES);
        while (all.isReadable()) {
            channel.writeInbound(all.readBytes(1));
        }
        all.release();

        assertThat(frames()).extracting(Frame::id).containsExactly(1, 3);
    }

    @Test
    void nothingComesOfAPartOfAFrame() {
        channel.writeInbound(bytes("0000000a 00000001 00000002 ca"));

        assertThat(frames()).isEmpty();
    }

    @Test
    void aLengthOutOfRangeIsRefused() {
        for (String length : List.of("00000007", "00000000", "ffffffff", "80000000", "7fffffff", "00140001")) {
            EmbeddedChannel damaged = new EmbeddedChannel(new FrameDecoder());

            assertThatExceptionOfType(ProtocolException.class)
                    .as("length %s", length)
                    .isThrownBy(() -> damaged.writeInbound(bytes(length)));
            damaged.finishAndReleaseAll();
        }
    }

    @Test
    void nothingIsReadAfterABadLength() {
        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(() -> channel.writeInbound(bytes("ffffffff" + TWO_FRAMES)));

        channel.writeInbound(bytes(TWO_FRAMES));

        assertThat(frames()).isEmpty();
    }

    @Test
    void whatIsReadIsReleased() {
        ByteBuf read = bytes(TWO_FRAMES);

        channel.writeInbound(read);

        assertThat(read.refCnt()).isZero();
    }

    private List<Frame> frames() {
        return channel.inboundMessages().stream().map(Frame.class::cast).toList();
    }

    private static ByteBuf bytes(String hex) {
        return Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex.replace(" ", "")));
    }
}
