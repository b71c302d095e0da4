package org.guestmount;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** States which part may see which; README's module map in a form that fails. */
class ModuleDependencyTest {
    private static final String[] NATIVE = {"jnr..", "com.kenai.jffi..", "ru.serce.."};

    private static JavaClasses classes;

    @BeforeAll
    static void importProject() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("org.guestmount");
    }

    @Test
    void coreSeesNoOtherModule() {
        noClasses()
                .that()
                .resideInAPackage("org.guestmount.core..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.guestmount.cache..",
                        "org.guestmount.appliance..",
                        "org.guestmount.cli..",
                        "org.guestmount.fuse..",
                        "org.guestmount.mount..")
                .check(classes);
    }

    @Test
    void coreUsesNeitherNativeCodeNorTheCacheAndCommandLineLibraries() {
        noClasses()
                .that()
                .resideInAPackage("org.guestmount.core..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jnr..", "com.kenai.jffi..", "ru.serce..", "com.github.benmanes..", "picocli..")
                .check(classes);
    }

    @Test
    void onlyRpcMeetsNetty() {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.guestmount.core.rpc..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty..")
                .check(classes);
    }

    @Test
    void theVocabularyAndTheProtocolStandAlone() {
        noClasses()
                .that()
                .resideInAPackage("org.guestmount.core.fs..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.guestmount.core.protocol..", "org.guestmount.core.rpc..", "org.slf4j..")
                .check(classes);
        noClasses()
                .that()
                .resideInAPackage("org.guestmount.core.protocol..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.guestmount.core.rpc..",
                        "org.guestmount.core.qemu..",
                        "org.guestmount.core.session..",
                        "org.slf4j..")
                .check(classes);
    }

    @Test
    void theCacheKnowsOnlyTheFilesystemInterface() {
        noClasses()
                .that()
                .resideInAPackage("org.guestmount.cache..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.guestmount.core.protocol..",
                        "org.guestmount.core.rpc..",
                        "org.guestmount.core.qemu..",
                        "org.guestmount.core.session..",
                        "org.guestmount.core.drive..",
                        "org.guestmount.appliance..")
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage(NATIVE)
                .check(classes);
    }

    @Test
    void theDaemonCarriesNothingOfTheHostIntoTheGuest() {
        noClasses()
                .that()
                .resideInAPackage("org.guestmount.appliance.daemon..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.guestmount.appliance.image..",
                        "org.guestmount.core.rpc..",
                        "org.guestmount.core.qemu..",
                        "org.guestmount.core.session..",
                        "org.guestmount.core.drive..",
                        "org.apache.commons..",
                        "org.slf4j..")
                .check(classes);
    }

    @Test
    void theImageBuilderNeitherLaunchesNorMounts() {
        noClasses()
                .that()
                .resideInAPackage("org.guestmount.appliance.image..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.guestmount.core.session..", "org.guestmount.core.qemu..", "org.guestmount.core.rpc..")
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage(NATIVE)
                .check(classes);
    }

    @Test
    void onlyTheCommandsMeetPicocli() {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.guestmount.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("picocli..")
                .check(classes);
    }

    @Test
    void coresPackagesFormNoCycles() {
        slices().matching("org.guestmount.core.(*)..").should().beFreeOfCycles().check(classes);
    }
}
