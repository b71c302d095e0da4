package org.guestmount.core.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonObjectTest {
    @Test
    void writesMembersInTheOrderTheyWerePut() {
        JsonObject object = new JsonObject()
                .put("driver", "qcow2")
                .put("file", new JsonObject().put("driver", "file"))
                .put("backing", null)
                .put("read-only", true)
                .put("sizes", List.of(512, 4096L));

        assertThat(object)
                .hasToString("{\"driver\":\"qcow2\",\"file\":{\"driver\":\"file\"},\"backing\":null,\"read-only\":true,"
                        + "\"sizes\":[512,4096]}");
    }

    @Test
    void writesAFileNameOfOddCharactersSoThatItReadsBackTheSame() throws JsonException {
        String name = "/a b,c=\"d\"\\e\n\u0001\u00e9\ud83d\ude00,,id=x";

        String text = new JsonObject().put("filename", name).toString();

        assertThat(text).doesNotContain("\n").doesNotContain("\u0001");
        assertThat(JsonObject.parse(text).text("filename")).isEqualTo(name);
    }

    @Test
    void readsWhatTheMonitorSays() throws JsonException {
        JsonObject message = JsonObject.parse(
                " { \"QMP\" : {\"version\":{\"qemu\":{\"micro\":22,\"minor\":2}}, \"capabilities\": [\"oob\", -1.5e3, true,"
                        + " false, null, [], {}] } } ");

        assertThat(message.object("QMP").object("version").object("qemu").integer("minor"))
                .isEqualTo(2);
        assertThat(message.object("QMP").get("capabilities"))
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .hasSize(7)
                .startsWith("oob", -1500.0, true, false, null);
    }

    @Test
    void readsEveryEscape() throws JsonException {
        assertThat(JsonObject.parse("{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"}")
                        .text("a"))
                .isEqualTo("\"\\/\b\f\n\r\t\u00e9");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{}x",
                "[]",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{\"a\":tru}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"",
                "{\"a\":\"\\u12g4\"}",
                "{\"a\":1.2.3}",
                "{\"a\":--1}",
                "{a:1}",
                "{\"a\":\"\n\"}"
            })
    void refusesWhatIsNotAnObject(String text) {
        assertThatThrownBy(() -> JsonObject.parse(text)).isInstanceOf(JsonException.class);
    }

    @Test
    void refusesNestingThatWouldOverflowTheStack() {
        assertThatThrownBy(() -> JsonObject.parse("{\"a\":" + "[".repeat(100_000)))
                .isInstanceOf(JsonException.class)
                .hasMessageContaining("deep");
    }

    @Test
    void saysWhichMemberIsMissing() {
        assertThatThrownBy(() -> new JsonObject().put("a", 1L).text("a"))
                .isInstanceOf(JsonException.class)
                .hasMessage("no String \"a\" in {\"a\":1}");
    }

    @Test
    void refusesToWriteWhatIsNoJson() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new JsonObject().put("a", Path.of("/")).toString());
    }
}
