# Deepest stack of a program, from gcc's call graphs (-fcallgraph-info=su). A call through a pointer counts as the deepest
# of the functions whose address somebody takes and nobody calls: those of the port's table.
# Variables: port, limit (bytes set aside), roots (space-separated "file.c:function").
# An interrupt may come on top of the main program: the depth is main's plus the deepest handler's plus 32 bytes of frame.

function base(title,    parts, n) {
    n = split(title, parts, "/");
    return parts[n];
}

function depth(name,    calls, n, i, one, deepest) {
    if (name in known) return known[name];
    if (name in inside) { recursion = name; return 0; }
    inside[name] = 1;
    deepest = 0;
    n = split(edges[name], calls, " ");
    for (i = 1; i <= n; i++) {
        if (calls[i] == "__indirect_call") one = indirect; else one = depth(calls[i]);
        if (one > deepest) deepest = one;
    }
    delete inside[name];
    known[name] = own[name] + deepest;
    return known[name];
}

/^node:/ {
    match($0, /title: "[^"]*"/);
    title = substr($0, RSTART + 8, RLENGTH - 9);
    if (match($0, /[0-9]+ bytes/)) {
        own[base(title)] = substr($0, RSTART, RLENGTH) + 0;
        if ($0 ~ /dynamic/ && $0 !~ /0 dynamic objects/) dynamic = title;
    }
}

/^edge:/ {
    match($0, /sourcename: "[^"]*"/); from = base(substr($0, RSTART + 13, RLENGTH - 14));
    match($0, /targetname: "[^"]*"/); to = base(substr($0, RSTART + 13, RLENGTH - 14));
    if (index(" " edges[from] " ", " " to " ") == 0) edges[from] = edges[from] " " to;
    called[to] = 1;
}

END {
    # Functions with external linkage are titled by their name alone, static ones by file and name.
    n = split(roots, root, " ");
    for (i = 1; i <= n; i++) {
        short = root[i]; sub(/.*:/, "", short);
        if (!(root[i] in own) && (short in own)) root[i] = short;
        isroot[root[i]] = 1;
    }
    # First the table's functions (they call nothing through pointers), then everything else.
    indirect = 0;
    for (name in own) {
        if (!(name in called) && !(name in isroot) && name ~ /:/) {
            one = depth(name);
            if (one > table) table = one;
        }
    }
    delete known;
    indirect = table;
    total = depth(root[1]);
    for (i = 2; i <= n; i++) {
        one = depth(root[i]);
        if (one > handler) handler = one;
    }
    if (n > 1) total += handler + 32;
    printf "stack %-10s %5d bytes at most, %d set aside\n", port, total, limit;
    if (own[root[1]] == "" ) { print "stack: " root[1] " not found"; exit 1; }
    if (recursion != "") { print "stack: recursion through " recursion; exit 1; }
    if (dynamic != "") { print "stack: size not fixed in " dynamic; exit 1; }
    if (total > limit) { print "stack: too deep"; exit 1; }
}
