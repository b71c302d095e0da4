package org.guestmount.core.drive;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks into an image before QEMU is started: what format it is in, which files it leads to, and whether all are there.
 *
 * <p>A guest can write to its raw disk what looks like a qcow2 header that names a file of the host (CVE-2010-3851).
 * Therefore a format that was merely detected leads to another file only if the image's own name says that it is in that
 * format; otherwise the user must say so.
 */
public final class ImageProbe {
    /** The permission bits of {@code st_mode} take 12 bits; the type is above. Source: inode(7). */
    private static final int TYPE_MASK = 0170000;

    private static final int TYPE_BLOCK_DEVICE = 0060000;
    private static final int SECTOR_BYTES = 512;
    private static final int MAX_CHAIN = 200;

    private final QemuImg qemuImg;

    /** @param searchPath where qemu-img is looked for, when it is needed */
    public ImageProbe(List<Path> searchPath) {
        qemuImg = new QemuImg(searchPath);
    }

    /**
     * Checks a drive.
     *
     * @throws DriveException if it cannot be used: it or a file it leads to is missing, a directory, unreadable, not
     *     writable though it should be, empty, damaged, of unknown format, or must not be followed
     */
    public DriveImage probe(Drive drive) throws DriveException, InterruptedException {
        DriveFormat format = drive.format() == null ? null : named(drive.format(), drive.file());
        Path file = drive.file().toAbsolutePath();
        requireUsable(file, null);
        if (!drive.readOnly() && !Files.isWritable(file)) {
            throw new DriveException(file + ": you may not write to it; to only read it, add --ro");
        }
        return open(file, format, new LinkedHashSet<>());
    }

    private static DriveFormat named(String name, Path file) throws DriveException {
        return DriveFormat.named(name)
                .orElseThrow(() -> new DriveException(
                        file + ": unknown format '" + name + "'; QEMU knows " + DriveFormat.names()));
    }

    /** @param format what the user or the file above says it is; null if nobody said */
    private DriveImage open(Path file, @Nullable DriveFormat format, Set<Path> above)
            throws DriveException, InterruptedException {
        try (ImageReader reader = new ImageReader(file)) {
            if (!above.add(file.toRealPath()) || above.size() > MAX_CHAIN) {
                throw new DriveException(file + ": its chain of backing files never ends");
            }
            if (reader.size() == 0) {
                throw new DriveException(file + ": it is empty");
            }
            return open(file, reader, format, above);
        } catch (DriveException e) {
            throw e;
        } catch (IOException e) {
            throw new DriveException(file + ": " + e.getMessage(), e);
        }
    }

    private DriveImage open(Path file, ImageReader reader, @Nullable DriveFormat stated, Set<Path> above)
            throws IOException, InterruptedException {
        DriveFormat detected = FormatDetector.detect(reader, file.toString());
        DriveFormat format = stated == null ? detected : stated;
        if (stated == null) {
            requireNotMisnamed(file, detected);
        }
        boolean isBlockDevice = isBlockDevice(file);
        Qcow2Header qcow2 = null;
        ImageReferences references = ImageReferences.NONE;
        long size = reader.size();
        if (format == DriveFormat.QCOW2 || format == DriveFormat.QCOW || format == DriveFormat.QED) {
            if (detected != format) {
                throw new DriveException(
                        file + ": it is not in " + format.driver() + " format; it looks like " + detected.driver());
            }
        }
        switch (format) {
            case QCOW2 -> {
                qcow2 = Qcow2Header.read(reader);
                references = qcow2.references();
                size = qcow2.virtualSizeBytes();
                if (Qcow2Truncation.isTruncated(reader, qcow2)) {
                    throw new DriveException(file + ": it is truncated: the file has only " + reader.size()
                            + " bytes, and data of the disk lies beyond. Fetch or copy it again");
                }
            }
            case QCOW -> {
                references = ImageReferences.ofQcow(reader);
                size = reader.u64(24);
            }
            case QED -> references = ImageReferences.ofQed(reader);
            case VMDK -> references = VmdkReferences.of(reader);
            case RAW, VDI, VHDX, VPC, PARALLELS, DMG, BOCHS, CLOOP -> {}
        }
        String leadsTo = references.first();
        if (leadsTo != null && stated == null && !format.isNamedBy(file.toString())) {
            throw new DriveException(
                    file + ": it looks like a " + format.driver() + " image that refers to another file, "
                            + leadsTo
                            + ". As a guest can forge that, it is followed only if you say so: if you trust this image, add"
                            + " --format=" + format.driver() + "; if it is a plain disk, add --format=raw");
        }
        for (String extent : references.extents()) {
            requireUsable(resolve(file, extent, "extent"), "extent of " + file);
        }
        Path data = null;
        if (references.data() != null) {
            data = resolve(file, references.data(), "data file");
            requireUsable(data, "data file of " + file);
        }
        DriveImage backing = null;
        if (references.backing() != null) {
            Path backingFile = resolve(file, references.backing(), "backing file");
            requireUsable(backingFile, "backing file of " + file);
            String backingFormat = references.backingFormat();
            backing = open(backingFile, backingFormat == null ? null : named(backingFormat, backingFile), above);
        }
        DriveImage image = new DriveImage(file, format, isBlockDevice, roundUp(size), data, backing);
        return switch (format) {
            case RAW, QCOW2, QCOW -> image;
            case QED, VMDK, VDI, VHDX, VPC, PARALLELS, DMG, BOCHS, CLOOP ->
                new DriveImage(file, format, isBlockDevice, qemuImg.virtualSize(image.sharedNode()), data, backing);
        };
    }

    /** A file whose name promises a format that is unmistakable and that it does not have is damaged or misnamed. */
    private static void requireNotMisnamed(Path file, DriveFormat detected) throws DriveException {
        if (detected != DriveFormat.RAW) {
            return;
        }
        for (DriveFormat promised : List.of(DriveFormat.QCOW2, DriveFormat.VMDK, DriveFormat.VDI, DriveFormat.VHDX)) {
            if (promised.isNamedBy(file.toString())) {
                throw new DriveException(file + ": it is named as a " + promised.driver()
                        + " image and is none; it may be damaged. If it is a plain disk, add --format=raw");
            }
        }
    }

    private static void requireUsable(Path file, @Nullable String role) throws DriveException {
        String subject = role == null ? file + ": " : file + ", the " + role + ": ";
        if (!Files.exists(file)) {
            throw new DriveException(subject
                    + (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                            ? "is a symbolic link to nothing"
                            : "does not exist"));
        }
        if (Files.isDirectory(file)) {
            throw new DriveException(subject + "is a directory, not a disk image");
        }
        try {
            if (!Files.isRegularFile(file) && !isBlockDevice(file)) {
                throw new DriveException(subject + "is neither a file nor a block device");
            }
        } catch (IOException e) {
            throw new DriveException(subject + e.getMessage(), e);
        }
        if (!Files.isReadable(file)) {
            throw new DriveException(subject + "you may not read it");
        }
    }

    private static boolean isBlockDevice(Path file) throws IOException {
        return ((Integer) Files.getAttribute(file, "unix:mode") & TYPE_MASK) == TYPE_BLOCK_DEVICE;
    }

    /** The file that an image means by a name in its header: relative names are relative to the image's real folder. */
    private static Path resolve(Path image, String name, String role) throws IOException {
        String path = name.startsWith("file:") ? name.substring("file:".length()) : name;
        int colon = path.indexOf(':');
        int slash = path.indexOf('/');
        boolean hasProtocol = colon >= 0 && (slash < 0 || colon < slash);
        if (hasProtocol || path.isEmpty()) {
            throw new DriveException(
                    image + ": its " + role + " is '" + name + "'; only files on this host can be used");
        }
        try {
            return image.toRealPath().resolveSibling(path).normalize();
        } catch (InvalidPathException e) {
            throw new DriveException(image + ": its " + role + " has an impossible name, '" + name + "'", e);
        }
    }

    private static long roundUp(long size) {
        return (size + SECTOR_BYTES - 1) & -SECTOR_BYTES;
    }
}
