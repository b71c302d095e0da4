package org.guestmount.core.drive;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.guestmount.core.drive.JoinedFiles.Part;

/** Finds the pieces of an image that was cut up into {@code disk.001}, {@code disk.002} and so on. */
final class SplitImage {
    private static final Pattern FIRST = Pattern.compile("\\.0{2,7}1$");
    private static final int SECTOR_BYTES = 512;
    private static final int MAX_PIECES = 1000;

    private SplitImage() {}

    static boolean isFirst(Path file) {
        return FIRST.matcher(file.toString()).find();
    }

    /**
     * The pieces of an image, in order; empty if the file is not the first of several.
     *
     * @throws DriveException if the pieces are not of one image: as they are cut, all but the last have the same length
     */
    static List<Part> parts(Path first) throws IOException {
        List<Part> parts = new ArrayList<>();
        if (!isFirst(first) || !Files.exists(piece(first, 2))) {
            return parts;
        }
        long length = Files.size(first);
        for (int number = 1; Files.exists(piece(first, number)); number++) {
            Path piece = piece(first, number);
            ImageFiles.requireUsable(piece, piece.toString());
            long bytes = Files.size(piece);
            boolean isLast = !Files.exists(piece(first, number + 1));
            if (bytes == 0 || bytes > length || (!isLast && (bytes != length || bytes % SECTOR_BYTES != 0))) {
                throw new DriveException(
                        first + ": seems to be the first piece of an image that was split, but " + piece
                                + " has " + bytes + " bytes rather than " + length
                                + ". If pieces are damaged, fetch them again; if the files are separate disks, rename them");
            }
            if (number > MAX_PIECES) {
                throw new DriveException(first + ": is split into more than " + MAX_PIECES + " pieces; join them");
            }
            parts.add(new Part(piece, 0, bytes));
        }
        Path afterGap = piece(first, parts.size() + 2);
        if (Files.exists(afterGap)) {
            throw new DriveException(first + ": is a piece of an image that was split, and of the others "
                    + piece(first, parts.size() + 1) + " is missing, for there is " + afterGap);
        }
        return parts;
    }

    private static Path piece(Path first, int number) {
        String name = first.toString();
        int dot = name.lastIndexOf('.');
        return Path.of(name.substring(0, dot + 1)
                + String.format(Locale.ROOT, "%0" + (name.length() - dot - 1) + "d", number));
    }
}
