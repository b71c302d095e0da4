package org.guestmount.core.drive;

/** Where an image is, as the user says. Its text is for people, and holds no password. */
public sealed interface ImageLocation permits LocalImage, RemoteImage {
    @Override
    String toString();
}
