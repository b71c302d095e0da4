package org.guestmount.core.drive;

import java.io.IOException;
import org.guestmount.core.json.JsonObject;

/** What holds an image's bytes. Its text is for people, and holds no password. */
public sealed interface ImageStorage permits ImageFile, JoinedFiles, RemoteImage {
    /** What its name ends with tells the format it is said to have. */
    String fileName();

    /**
     * QEMU's description of it.
     *
     * @param shared without locks: a running machine may be writing to it
     */
    JsonObject node(boolean readOnly, boolean shared);

    /** Files that an image here refers to by a relative name are beside this; fails where there can be none. */
    default ImageFile requireFile(String reference) throws IOException {
        if (this instanceof ImageFile file) {
            return file;
        }
        throw new DriveException(this + ": refers to another file, " + reference
                + ", which works only for images that are one file of this host. Make it one: qemu-img convert");
    }
}
