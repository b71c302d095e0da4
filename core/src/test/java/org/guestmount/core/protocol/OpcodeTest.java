package org.guestmount.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class OpcodeTest {
    @Test
    void everyOpcodeIsFoundByItsCode() {
        for (Opcode opcode : Opcode.values()) {
            assertThat(Opcode.of(opcode.code())).isEqualTo(opcode);
        }
    }

    @Test
    void noOtherCodeIsAnOpcode() {
        for (int code : new int[] {-1, 0, 63, 255, 256, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            assertThat(Opcode.of(code)).isNull();
        }
    }
}
