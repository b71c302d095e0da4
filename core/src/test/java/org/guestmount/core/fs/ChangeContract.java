package org.guestmount.core.fs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.guestmount.core.fs.AttributeChange.TimeChange;
import org.guestmount.core.fs.TreeChange.MakeFile;
import org.guestmount.core.fs.TreeChange.Rmdir;
import org.guestmount.core.fs.TreeChange.SetAttributes;
import org.guestmount.core.fs.TreeChange.Unlink;
import org.junit.jupiter.api.Test;

/** changeLater, once it is done. */
public interface ChangeContract extends ContractSupport {
    private MakeFile file(GuestPath path, int mode, String content, AttributeChange change) {
        return new MakeFile(path, mode, Credentials.ROOT, ContractSupport.bytes(content), change);
    }

    private static FileAttributes made(List<ChangeOutcome> outcomes, int index) {
        return Objects.requireNonNull(outcomes.get(index).attributes());
    }

    @Test
    default void changesAreDoneInTheirOrderAndTellWhatCameOfThem() throws Exception {
        GuestPath directory = GuestPath.of("/directory");
        fs().mkdir(directory, 0755, Credentials.ROOT);
        GuestPath one = directory.resolve("one");
        GuestPath other = directory.resolve("other");
        TimeChange time = new TimeChange(new Timestamp(5, 0));

        List<ChangeOutcome> outcomes = fs().changeLater(List.of(
                        file(one, 0600, "first", new AttributeChange(null, null, null, 04755, time, time)),
                        file(other, 0640, "", AttributeChange.NONE),
                        new SetAttributes(one, AttributeChange.ofMode(0400)),
                        new SetAttributes(directory, AttributeChange.ofTimes(time, time)),
                        new Unlink(other)))
                .get();

        assertThat(outcomes).extracting(ChangeOutcome::failure).containsOnlyNulls();
        FileAttributes attributes = fs().getattr(one);
        assertThat(attributes.mode()).isEqualTo(0100400);
        assertThat(attributes.modified()).isEqualTo(new Timestamp(5, 0));
        assertThat(contentOf(one)).isEqualTo("first");
        assertThat(made(outcomes, 0).mode()).isEqualTo(0104755);
        assertThat(made(outcomes, 0).key()).isEqualTo(attributes.key());
        assertThat(made(outcomes, 0).size()).isEqualTo(5);
        assertThat(made(outcomes, 1).mode()).isEqualTo(0100640);
        assertThat(outcomes.get(2).attributes()).isEqualTo(attributes);
        assertThat(outcomes.get(4).attributes()).isNull();
        assertFails(Errno.ENOENT, () -> fs().getattr(other));
    }

    @Test
    default void manyChangesAreAsIfDoneOneAfterTheOther() throws Exception {
        GuestPath[] directories = {GuestPath.of("/a"), GuestPath.of("/b"), GuestPath.of("/a/c")};
        for (GuestPath directory : directories) {
            fs().mkdir(directory, 0755, Credentials.ROOT);
        }
        Random random = new Random(5);
        for (int round = 0; round < 30; round++) {
            Map<GuestPath, String> found = new TreeMap<>();
            Map<GuestPath, String> after = new TreeMap<>();
            List<TreeChange> changes = new ArrayList<>();
            List<Errno> failures = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                GuestPath path = directories[random.nextInt(3)].resolve("file" + random.nextInt(100));
                boolean exists = after.containsKey(path);
                switch (random.nextInt(8)) {
                    case 0 -> {
                        changes.add(new Unlink(path));
                        failures.add(exists ? null : Errno.ENOENT);
                        after.remove(path);
                    }
                    case 1 -> {
                        changes.add(new SetAttributes(path, AttributeChange.ofMode(0600)));
                        failures.add(exists ? null : Errno.ENOENT);
                    }
                    default -> {
                        changes.add(file(path, 0644, round + " " + i, AttributeChange.NONE));
                        failures.add(exists ? Errno.EEXIST : null);
                        after.putIfAbsent(path, round + " " + i);
                    }
                }
            }

            List<ChangeOutcome> outcomes = fs().changeLater(changes).get();

            assertThat(outcomes).extracting(ChangeOutcome::failure).isEqualTo(failures);
            for (GuestPath path : after.keySet()) {
                found.put(path, contentOf(path));
                fs().unlink(path);
            }
            assertThat(found).isEqualTo(after);
        }
        for (GuestPath directory : directories) {
            assertThat(fs().readDirectory(directory, 1 << 20).entries()).hasSizeLessThan(2);
        }
    }

    @Test
    default void aTreeIsRemovedFromWithin() throws Exception {
        GuestPath outer = GuestPath.of("/outer");
        GuestPath inner = outer.resolve("inner");
        fs().mkdir(outer, 0755, Credentials.ROOT);
        fs().mkdir(inner, 0755, Credentials.ROOT);
        GuestPath file = inner.resolve("file");
        fs().changeLater(List.of(file(file, 0644, "", AttributeChange.NONE))).get();

        List<ChangeOutcome> outcomes = fs().changeLater(List.of(
                        new Rmdir(inner),
                        new Rmdir(file),
                        new Unlink(inner),
                        new Unlink(file),
                        new Rmdir(inner),
                        new Unlink(file),
                        new Rmdir(outer),
                        new Rmdir(outer)))
                .get();

        assertThat(outcomes)
                .extracting(ChangeOutcome::failure)
                .containsExactly(
                        Errno.ENOTEMPTY, Errno.ENOTDIR, Errno.EISDIR, null, null, Errno.ENOENT, null, Errno.ENOENT);
        assertThat(outcomes).extracting(ChangeOutcome::attributes).containsOnlyNulls();
        assertFails(Errno.ENOENT, () -> fs().getattr(outer));
    }

    @Test
    default void aFailedChangeKeepsNoOtherFromBeingDone() throws Exception {
        GuestPath present = makeFile("present", "old");
        GuestPath second = GuestPath.of("/second");

        List<ChangeOutcome> outcomes = fs().changeLater(List.of(
                        file(present, 0644, "new", AttributeChange.NONE),
                        file(GuestPath.of("/missing/file"), 0644, "", AttributeChange.NONE),
                        new Unlink(GuestPath.of("/missing")),
                        new SetAttributes(GuestPath.of("/missing"), AttributeChange.ofMode(0600)),
                        file(second, 0644, "second", AttributeChange.NONE)))
                .get();

        assertThat(outcomes)
                .extracting(ChangeOutcome::failure)
                .containsExactly(Errno.EEXIST, Errno.ENOENT, Errno.ENOENT, Errno.ENOENT, null);
        assertThat(contentOf(present)).isEqualTo("old");
        assertThat(contentOf(second)).isEqualTo("second");
    }

    @Test
    default void aFileIsMadeByItsOwnerAndLosesNoPrivilegesItIsGiven() throws Exception {
        if (!hasRootCapabilities()) {
            return;
        }
        GuestPath path = GuestPath.of("/owned");
        AttributeChange change = new AttributeChange(null, 4321, 1234, 06755, null, null);

        List<ChangeOutcome> outcomes = fs().changeLater(List.of(
                        new MakeFile(path, 04755, new Credentials(10, 20), ContractSupport.bytes("x"), change),
                        new MakeFile(
                                GuestPath.of("/kept"),
                                0640,
                                new Credentials(10, 20),
                                ContractSupport.bytes(""),
                                AttributeChange.ofOwner(10, 20))))
                .get();

        assertThat(fs().getattr(path).mode()).isEqualTo(0106755);
        assertThat(fs().getattr(path).uid()).isEqualTo(4321);
        assertThat(fs().getattr(path).gid()).isEqualTo(1234);
        assertThat(made(outcomes, 1).uid()).isEqualTo(10);
        assertThat(made(outcomes, 1).gid()).isEqualTo(20);
        assertThat(made(outcomes, 1).mode()).isEqualTo(0100640);
    }

    @Test
    default void changesTakeTheirDataBeforeTheyReturn() throws Exception {
        GuestPath path = GuestPath.of("/file");
        byte[] content = new byte[10_000];
        content[0] = 'a';

        CompletableFuture<List<ChangeOutcome>> change = fs().changeLater(List.of(
                new MakeFile(path, 0644, Credentials.ROOT, ByteBuffer.wrap(content), AttributeChange.NONE)));
        content[0] = 'x';
        change.get();

        assertThat(contentOf(path)).startsWith("a").hasSize(10_000);
    }
}
