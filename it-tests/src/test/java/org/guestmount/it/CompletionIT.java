package org.guestmount.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.Needs;
import org.guestmount.it.framework.Project;
import org.guestmount.it.framework.Requirement;
import org.guestmount.it.framework.Workspace;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real shells complete the commands' arguments. The folder they are in has two files and a folder. */
@Needs(Requirement.SHELLS)
class CompletionIT {
    @RegisterExtension
    static final Workspace WORKSPACE = new Workspace();

    private static final Path SCRIPTS = Project.folder().resolve("guestmount/target/completion");

    /** As bash divides a line into words, at the equals sign too; prints what it would offer. */
    private static final String BASH = """
            source "$0/bash/$1"
            function=$(complete -p "$1" | sed 's/.*-F \\([^ ]*\\).*/\\1/')
            COMP_WORDS=("${@:1}") COMP_CWORD=$(($# - 1))
            "$function" 2>/dev/null
            printf '%s\\n' "${COMPREPLY[@]}"
            """;

    private static final String FISH = """
            source $argv[1]/fish/(string split ' ' -- $argv[2])[1].fish
            complete -C $argv[2] | string split -f 1 \\t
            true
            """;

    /** Types a line and a tabulator in a shell with a terminal; prints the line as it is then. */
    private static final String ZSH = """
            zmodload zsh/zpty
            zpty shell zsh -f -i
            zpty -w shell "PS1=; fpath=($0/zsh \\$fpath); autoload -U compinit; compinit -u -D; stty -echo"
            zpty -w shell 'show() { print -r -- "<<$BUFFER>>" }; zle -N show; bindkey "^G" show; print READY'
            zpty -r -m shell line $'*READY\\r*'
            zpty -w -n shell "$1"$'\\t\\a'
            zpty -r -m shell line '*<<*>>*'
            print -r -- ${${line##*<<}%%>>*}
            zpty -d shell
            """;

    private static Path folder = Path.of("");

    @BeforeAll
    static void makeFiles() throws IOException {
        folder = WORKSPACE.newFolder("files");
        Files.createFile(folder.resolve("disk a.img"));
        Files.createFile(folder.resolve("notes"));
        Files.createDirectory(folder.resolve("mnt"));
    }

    private static String run(Object... argv) {
        return Command.of(argv).in(folder).run().strip();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "guestmount --list|--list",
                "guestmount --machine|--machine-readable",
                "guestmount -a di|disk a.img",
                "guestmount --add = di|disk a.img",
                "guestmount -a disk n|''",
                "guestmount -a disk m|mnt",
                "guestmount --format = qc|qcow2",
                "guestmount --format m|mnt",
                "guestmount -o ro,allow_o|ro,allow_other",
                "guestmount -m /dev|''",
                "guestunmount --no-w|--no-wait",
                "guestunmount ''|mnt",
                "guestmount-appliance ex|export",
            })
    void bash(String words, String offered) {
        String[] line = words.replace("''", "").split(" ", -1);
        Object[] argv = new Object[line.length + 4];
        System.arraycopy(new Object[] {"bash", "-c", BASH, SCRIPTS}, 0, argv, 0, 4);
        System.arraycopy(line, 0, argv, 4, line.length);

        assertThat(run(argv)).isEqualTo(offered);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "guestmount --list|--list",
                "guestmount -a di|disk a.img",
                "guestmount -a disk n|''",
                "guestmount -a disk m|mnt/",
                "guestmount -o ro,allow_o|ro,allow_other",
                "guestmount -m /dev|''",
                "guestunmount --no-w|--no-wait",
                "guestmount-appliance ex|export",
            })
    void fish(String line, String offered) {
        assertThat(run("fish", "-N", "-c", FISH, "--", SCRIPTS, line)).isEqualTo(offered);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "guestmount --lis|guestmount --list",
                "guestmount -a di|guestmount -a disk\\ a.img",
                "guestmount -a disk x|guestmount -a disk x",
                "guestmount -a disk m|guestmount -a disk mnt/",
                "guestmount --format=qc|guestmount --format=qcow2",
                "guestmount -o ro,allow_o|guestmount -o ro,allow_other,",
                "guestunmount --no-w|guestunmount --no-wait",
                "guestmount-appliance ex|guestmount-appliance export",
            })
    void zsh(String line, String completed) {
        assertThat(run("zsh", "-f", "-c", ZSH, SCRIPTS, line)).isEqualTo(completed);
    }
}
