package org.guestmount.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.guestmount.it.framework.Backend;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.FilesystemType;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.Mount;
import org.guestmount.it.framework.Needs;
import org.guestmount.it.framework.Python;
import org.guestmount.it.framework.Requirement;
import org.guestmount.it.framework.Workspace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What libguestfs's guestmount gets wrong and users notice, in one writable mount of three guest filesystems: the first
 * is the root, a second one is at {@code other}, a small one of 1 KiB blocks at {@code small}. What libfuse 2 cannot know
 * is said in the tests of it.
 */
@ParameterizedClass
@EnumSource
@Needs({Requirement.FUSE, Requirement.QEMU, Requirement.IMAGE_TOOLS})
class SemanticsIT {
    @RegisterExtension
    static final Workspace WORKSPACE = new Workspace();

    private static Path root = Path.of("");

    private final Backend backend;

    SemanticsIT(Backend backend) {
        this.backend = backend;
    }

    @BeforeParameterizedClassInvocation
    static void mountThreeFilesystems(Backend backend) throws IOException {
        Path folder = WORKSPACE.newFolder(backend.name());
        Path contents = folder.resolve("contents");
        Files.createDirectories(contents.resolve("other"));
        Files.createDirectories(contents.resolve("small"));
        Path kept = Files.createDirectories(contents.resolve("kept"));
        for (String name : List.of("first", "second", "immutable", "append-only", "third")) {
            Files.writeString(kept.resolve(name), name);
        }
        GuestImage main = GuestImage.ext4(folder.resolve("root.img"), 256, contents);
        // 0x80000: it has extents.
        setFlags(main, "/kept/immutable", "0x80010");
        setFlags(main, "/kept/append-only", "0x80020");
        GuestImage small = FilesystemType.EXT4_SMALL_BLOCKS.create(folder.resolve("small.img"), 8);
        Mount mount = WORKSPACE
                .guestmount()
                .through(backend)
                .drive(main)
                .drive(FilesystemType.EXT4.create(folder.resolve("other.img"), 64))
                .drive(small)
                .device("/dev/sda")
                .device("/dev/sdb:/other")
                .device("/dev/sdc:/small")
                .writable()
                .mount();
        root = mount.root();
    }

    private static void setFlags(GuestImage image, String path, String flags) {
        Command.of("debugfs", "-w", "-R", "set_inode_field " + path + " flags " + flags, image.path())
                .run();
    }

    @Test
    void whatTheGuestForbidsToRemoveStays() {
        assertThat(Python.run(root, """
                                names = 'first', 'second', 'immutable', 'append-only', 'third'
                                print(*[fails(os.unlink, f'{root}/kept/{name}') for name in names], sep=', ')
                                print(*sorted(os.listdir(f'{root}/kept')))
                                """))
                .isEqualTo("no error, no error, EPERM, EPERM, no error\nappend-only immutable");
    }

    @Test
    void aParentHasOneMoreLinkAndANewTimeAsSoonAsASubfolderIsMade() {
        assertThat(Python.run(root, """
                                p = root + '/parent'
                                os.mkdir(p); os.listdir(root); before = os.stat(p)
                                time.sleep(0.02)
                                os.mkdir(p + '/child'); after = os.stat(p)
                                os.rmdir(p + '/child'); last = os.stat(p)
                                print(before.st_nlink, after.st_nlink, last.st_nlink, after.st_mtime_ns > before.st_mtime_ns)
                                """)).isEqualTo("2 3 2 True");
    }

    @Test
    void allNamesOfAFileAgreeOnItsSizeAndLinks() {
        assertThat(Python.run(root, """
                                a, b = root + '/one-name', root + '/other/../other-name'
                                open(a, 'w').write('123'); os.link(a, b); os.listdir(root); os.stat(b)
                                with open(a, 'a') as f: f.write('45678')
                                print(os.stat(b).st_size, os.stat(b).st_nlink, open(b).read())
                                os.chmod(b, 0o600); print(oct(os.stat(a).st_mode))
                                os.unlink(a); print(os.stat(b).st_nlink)
                                """)).isEqualTo("8 2 12345678\n0o100600\n1");
    }

    @Test
    void aFolderRenamedAndMadeAgainHasNoneOfItsOldEntries() {
        assertThat(Python.run(root, """
                                d, e = root + '/d', root + '/e'
                                os.mkdir(d); open(d + '/f', 'w').write('x'); os.listdir(d); os.stat(d + '/f')
                                os.rename(d, e); os.mkdir(d)
                                print(fails(os.stat, d + '/f'), os.listdir(d), os.listdir(e), open(e + '/f').read())
                                """)).isEqualTo("ENOENT [] ['f'] x");
    }

    @Test
    void xattrsAreCreatedAndReplacedOnlyWhenAskedTo() {
        assertThat(Python.run(root, """
                                p = root + '/xattrs'
                                open(p, 'w').close(); os.setxattr(p, 'user.there', b'1', os.XATTR_CREATE)
                                print(fails(os.setxattr, p, 'user.there', b'2', os.XATTR_CREATE))
                                print(fails(os.setxattr, p, 'user.missing', b'2', os.XATTR_REPLACE))
                                os.setxattr(p, 'user.there', b'3', os.XATTR_REPLACE)
                                print(os.listxattr(p), os.getxattr(p, 'user.there'), fails(os.getxattr, p, 'user.missing'))
                                """)).isEqualTo("EEXIST\nENODATA\n['user.there'] b'3' ENODATA");
    }

    @Test
    void theHolesOfASparseFileAreFound() {
        assertThat(Python.run(root, """
                                f = os.open(root + '/sparse', os.O_CREAT | os.O_RDWR)
                                os.pwrite(f, b'x' * 4096, 0); os.pwrite(f, b'y' * 4096, 1 << 20); os.ftruncate(f, 2 << 20)
                                os.fsync(f)
                                print(os.lseek(f, 0, os.SEEK_HOLE), os.lseek(f, 4096, os.SEEK_DATA),
                                      os.lseek(f, 1 << 20, os.SEEK_HOLE) - (1 << 20))
                                print(fails(os.lseek, f, (1 << 20) + 4096, os.SEEK_DATA))
                                print(os.stat(f).st_blocks)
                                """))
                .isEqualTo(
                        switch (backend) {
                            case KERNEL -> "4096 1048576 4096\nENXIO\n16";
                            // The kernel is not told of holes, and answers that all is data.
                            case JNR -> "2097152 4096 1048576\nno error\n16";
                        });
    }

    @Test
    void aSymbolicLinkTooLongForTheGuestsFilesystemIsRefusedAsSuch() {
        assertThat(Python.run(root, """
                                print(fails(os.symlink, 'x' * 4000, root + '/small/link'))
                                os.symlink('x' * 4000, root + '/link'); print(len(os.readlink(root + '/link')))
                                """)).isEqualTo("ENAMETOOLONG\n4000");
    }

    @Test
    void renameExchangesAndRefusesToReplace() {
        assertThat(Python.run(root, """
                                a, b, c = root + '/exchange-a', root + '/exchange-b', root + '/exchange-c'
                                open(a, 'w').write('A'); open(b, 'w').write('B')
                                print(fails(rename, a, b, RENAME_EXCHANGE), open(a).read(), open(b).read())
                                print(fails(rename, a, b, RENAME_NOREPLACE), fails(rename, a, c, RENAME_EXCHANGE))
                                print(fails(rename, a, c, RENAME_NOREPLACE), os.path.exists(a))
                                """))
                .isEqualTo(
                        switch (backend) {
                            case KERNEL -> "no error B A\nEEXIST ENOENT\nno error False";
                            // The kernel itself refuses to replace, and has nobody to ask for the rest.
                            case JNR -> "EINVAL A B\nEEXIST ENOENT\nEINVAL True";
                        });
    }

    @Test
    void aFullFilesystemSaysSoAndKeepsWhatItHas() {
        assertThat(Python.run(root, """
                                p = root + '/small/fill'
                                def fill():
                                    with open(p, 'wb', buffering=0) as f:
                                        while True: f.write(b'z' * 65536); os.fsync(f)
                                print(fails(fill)); size = os.stat(p).st_size; print(size > 4 << 20)
                                data = open(p, 'rb').read(); print(data == b'z' * len(data))
                                os.unlink(p); open(p, 'w').write('again'); print(open(p).read())
                                """)).isEqualTo("ENOSPC\nTrue\nTrue\nagain");
    }

    @Test
    void whatIsOnAnotherGuestFilesystemCannotBeRenamedOrLinkedTo() {
        assertThat(Python.run(root, """
                                p = root + '/stays'; open(p, 'w').close()
                                print(fails(os.rename, p, root + '/other/x'), fails(os.link, p, root + '/other/x'))
                                print(os.listdir(root + '/other'))
                                """)).isEqualTo("EXDEV EXDEV\n['lost+found']");
    }

    @Test
    void timesAreExactToTheNanosecondAndMayBeBefore1970() {
        assertThat(Python.run(root, """
                                p = root + '/times'; open(p, 'w').close()
                                for a, m in (1111111111_123456789, 2222222222_987654321), (-1, -1234567890_000000001), (0, 1):
                                    os.utime(p, ns=(a, m)); s = os.stat(p); print(s.st_atime_ns - a, s.st_mtime_ns - m)
                                """)).isEqualTo("0 0\n0 0\n0 0");
    }

    /** {@code touch -a} and {@code touch -m} leave the other time alone. */
    @Test
    void eachTimeCanBeSetWithoutTheOther() {
        Python.run(root, "open(root + '/touched', 'w').close(); os.utime(root + '/touched', ns=(1, 2))");
        Command.of("touch", "-a", "-d", "@100.5", root.resolve("touched")).run();
        Command.of("touch", "-m", "-d", "@200.5", root.resolve("touched")).run();
        assertThat(Python.run(root, """
                                s = os.stat(root + '/touched'); print(s.st_atime_ns, s.st_mtime_ns)
                                before = time.time(); os.utime(root + '/touched'); s = os.stat(root + '/touched')
                                print(abs(s.st_mtime - before) < 5, abs(s.st_atime - before) < 5)
                                """)).isEqualTo("100500000000 200500000000\nTrue True");
    }

    @Test
    void namesNeedNotBeText() {
        assertThat(Python.run(root, """
                                r = os.fsencode(root)
                                d = r + b'/\\xff\\xfe'; os.mkdir(d)
                                for name in b'caf\\xe9', b'caf\\xc3\\xa9', b'new\\nline', b'\\x80' * 255, b' ', b'back\\\\slash':
                                    with open(d + b'/' + name, 'wb') as f: f.write(name)
                                print(all(open(d + b'/' + n, 'rb').read() == n for n in os.listdir(d)), len(os.listdir(d)))
                                print(fails(os.mkdir, d + b'/' + b'x' * 256), os.path.basename(d) in os.listdir(r))
                                """)).isEqualTo("True 6\nENAMETOOLONG True");
    }

    @Test
    void appendingWritersDoNotOverwriteEachOther() {
        assertThat(Python.run(root, """
                                p = root + '/append'; children = []
                                for who in range(4):
                                    child = os.fork()
                                    if child == 0:
                                        f = os.open(p, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
                                        for i in range(100): os.write(f, b'%d %03d\\n' % (who, i))
                                        os._exit(0)
                                    children.append(child)
                                for child in children: os.waitpid(child, 0)
                                lines = open(p).read().splitlines()
                                print(sorted(lines) == [f'{w} {i:03}' for w in range(4) for i in range(100)])
                                """)).isEqualTo("True");
    }

    @Test
    void aFileMayReachBeyondOneTebibyte() {
        assertThat(Python.run(root, """
                                p = root + '/far'; place = (1 << 40) + 12345
                                with open(p, 'wb') as f: f.seek(place); f.write(b'end')
                                with open(p, 'rb') as f: f.seek(place - 3); print(f.read(), os.stat(p).st_size - place)
                                """)).isEqualTo("b'\\x00\\x00\\x00end' 3");
    }

    @Test
    void filesCanBeMapped() {
        assertThat(Python.run(root, """
                                p = root + '/mapped'; open(p, 'wb').write(bytes(10000))
                                with open(p, 'r+b') as f:
                                    m = mmap.mmap(f.fileno(), 0); m[5000:5005] = b'hello'; m.flush(); m.close()
                                print(open(p, 'rb').read()[4998:5007])
                                """)).isEqualTo("b'\\x00\\x00hello\\x00\\x00'");
    }

    @Test
    void aRemovedFileStaysUsableWhileItIsOpenAndIsNowhereToBeSeen() {
        assertThat(Python.run(root, """
                                d = root + '/unlinked'; os.mkdir(d); f = open(d + '/f', 'w+b', buffering=0); f.write(b'data')
                                os.unlink(d + '/f'); f.write(b' more'); f.seek(0)
                                print(f.read(), os.fstat(f.fileno()).st_size); f.close()
                                print(os.listdir(d)); os.rmdir(d)
                                """)).isEqualTo("b'data more' 9\n[]");
    }

    @Test
    void freeSpaceIsTheGuests() {
        assertThat(Python.run(root, """
                                s = os.statvfs(root); small = os.statvfs(root + '/small')
                                print(200 << 20 < s.f_blocks * s.f_frsize < 257 << 20, small.f_blocks * small.f_frsize < 9 << 20,
                                      s.f_namemax)
                                """)).isEqualTo("True True 255");
    }
}
