# Prints gcov's reports (gcov -b) one line per file and the sum, and fails when any of them is below `minimum` percent.

/^File / {
    file = $2; gsub(/'/, "", file);
    n = split(file, parts, "/"); file = parts[n];
    wanted = file !~ /\.h$/;
}
wanted && /^Lines executed:/ { percent = $2; sub(/executed:/, "", percent); line_share[file] = percent + 0; line_count[file] = $4; }
wanted && /^Taken at least once:/ { percent = $4; sub(/once:/, "", percent); branch_share[file] = percent + 0; branch_count[file] = $6; }

END {
    for (file in line_count) {
        printf "coverage %-18s lines %6.2f %% of %4d   branches %6.2f %% of %4d\n", file, line_share[file], line_count[file], branch_share[file], branch_count[file];
        if (line_share[file] < minimum || branch_share[file] < minimum) low = low " " file;
        lines += line_count[file]; lines_hit += line_count[file] * line_share[file] / 100;
        branches += branch_count[file]; branches_hit += branch_count[file] * branch_share[file] / 100;
    }
    if (lines == 0 || branches == 0) { print "coverage: nothing was measured"; exit 1; }
    l = 100 * lines_hit / lines; b = 100 * branches_hit / branches;
    printf "coverage %-18s lines %6.2f %%           branches %6.2f %%           (at least %d %%)\n", "all", l, b, minimum;
    if (low != "") { print "coverage: too low in" low; exit 1; }
}
