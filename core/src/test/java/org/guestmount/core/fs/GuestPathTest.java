package org.guestmount.core.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class GuestPathTest {
    @ParameterizedTest
    @CsvSource({
        "/, /",
        "//, /",
        "/., /",
        "/./, /",
        "/a, /a",
        "/a/, /a",
        "//a//b//, /a/b",
        "/./a/./b/., /a/b",
        "/.a, /.a",
        "/..a, /..a",
        "/..., /...",
        "/a b, /a b"
    })
    void pathsAreNormalised(String given, String normal) {
        assertThat(GuestPath.of(given).toString()).isEqualTo(normal);
        assertThat(GuestPath.of(given)).isEqualTo(GuestPath.of(normal)).hasSameHashCodeAs(GuestPath.of(normal));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "a/b", ".", "..", "/..", "/a/..", "/../a", "/a/../b", "/a\0", "/\u0100"})
    void whatIsNoPathIsRefused(String given) {
        assertThatIllegalArgumentException().isThrownBy(() -> GuestPath.of(given));
    }

    @Test
    void aNameHasAtMost255Bytes() {
        assertThat(GuestPath.of("/" + "n".repeat(1024)).name()).hasSize(1024);
        assertThatIllegalArgumentException().isThrownBy(() -> GuestPath.of("/" + "n".repeat(1025)));
        assertThatIllegalArgumentException().isThrownBy(() -> GuestPath.ROOT.resolve("n".repeat(1025)));
    }

    @Test
    void aPathHasAtMost65535Bytes() {
        String longest = ("/" + "n".repeat(254)).repeat(257);

        assertThat(GuestPath.of(longest).toString()).hasSize(65_535);
        assertThatIllegalArgumentException().isThrownBy(() -> GuestPath.of(longest + "/n"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GuestPath.of(longest).resolve("n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "/", "a\0", "\u0100"})
    void onlyANameIsResolved(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> GuestPath.ROOT.resolve(name));
    }

    @Test
    void resolveAndParentAreOpposites() {
        GuestPath child = GuestPath.of("/a").resolve("b");

        assertThat(child).isEqualTo(GuestPath.of("/a/b"));
        assertThat(child.parent()).isEqualTo(GuestPath.of("/a"));
        assertThat(child.name()).isEqualTo("b");
        assertThat(GuestPath.of("/a").parent()).isEqualTo(GuestPath.ROOT);
        assertThat(GuestPath.ROOT.resolve("a")).isEqualTo(GuestPath.of("/a"));
    }

    @Test
    void theRootIsItsOwnParentAndHasNoName() {
        assertThat(GuestPath.ROOT.isRoot()).isTrue();
        assertThat(GuestPath.ROOT.parent()).isEqualTo(GuestPath.ROOT);
        assertThat(GuestPath.ROOT.name()).isEmpty();
        assertThat(GuestPath.of("/a").isRoot()).isFalse();
    }

    @Test
    void startsWithComparesWholeNames() {
        assertThat(GuestPath.of("/a/b").startsWith(GuestPath.of("/a"))).isTrue();
        assertThat(GuestPath.of("/a").startsWith(GuestPath.of("/a"))).isTrue();
        assertThat(GuestPath.of("/a").startsWith(GuestPath.ROOT)).isTrue();
        assertThat(GuestPath.of("/ab").startsWith(GuestPath.of("/a"))).isFalse();
        assertThat(GuestPath.of("/a").startsWith(GuestPath.of("/a/b"))).isFalse();
    }

    @Test
    void textIsCarriedAsUtf8() {
        GuestPath path = GuestPath.ofText("/naïve/漢");

        assertThat(path.toString()).isEqualTo("/na\u00C3\u00AFve/\u00E6\u00BC\u00A2");
        assertThat(path.display()).isEqualTo("/naïve/漢");
    }

    @Test
    void bytesThatAreNotUtf8AreReplacedForPeopleOnly() {
        GuestPath path = GuestPath.of("/\u00FF");

        assertThat(path.display()).isEqualTo("/\uFFFD");
        assertThat(path.toString()).isEqualTo("/\u00FF");
    }
}
