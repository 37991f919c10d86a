# Lists the recipes.
default:
    @{{ just_executable() }} --list

# Compiles everything, tests and benches included.
check:
    cargo check --all-targets --locked

# Runs the tests that need no cluster; says which live tests it leaves out.
test *args:
    cargo test --locked {{args}}

# Runs all tests, the live ones on a kind cluster of the given release (v1.34.4 by default here).
test-live version="" *args:
    #!/usr/bin/env bash
    set -euo pipefail
    if [ -x ../shared/kind/ensure ]; then eval "$(../shared/kind/ensure {{version}})"; fi
    TIGHTSHIP_LIVE=1 cargo test --locked {{args}}

# Makes hardened clusters, and watches the API server for five minutes.
test-cluster version="":
    #!/usr/bin/env bash
    set -euo pipefail
    if [ -x ../shared/kind/ensure ]; then eval "$(../shared/kind/ensure {{version}})"; fi
    TIGHTSHIP_LIVE=1 TIGHTSHIP_WATCH=300 cargo test --locked --test live hardened

# Hardens a control plane that runs, stage by stage, and goes back, with requests all the time. Takes about ten minutes.
test-stages version="":
    #!/usr/bin/env bash
    set -euo pipefail
    if [ -x ../shared/kind/ensure ]; then eval "$(../shared/kind/ensure {{version}})"; fi
    TIGHTSHIP_LIVE=1 TIGHTSHIP_STAGES=1 cargo test --locked --test live stages::

# Shows the board, cards and slides of a workshop of 200 to a real browser, and makes their pictures in docs/images; needs node, npm and Chromium.
screenshots browser="chromium-headless-shell":
    #!/usr/bin/env bash
    set -euo pipefail
    cargo build --locked
    mkdir -p target/browser
    npm install --silent --no-audit --no-fund --prefix target/browser playwright-core@1.65.1 axe-core@4.14.1 html-validate@10.17.0
    cp tests/browser/room.mjs target/browser/
    node target/browser/room.mjs target/debug/tightship docs/images "$(command -v {{browser}})"

# Starts the real kube-apiserver of the given releases, or else of all, with what is rendered for them.
test-apiserver *versions:
    #!/usr/bin/env bash
    set -euo pipefail
    if [ -x ../shared/kind/component ]; then
        eval "$(../shared/kind/ensure)"
        for version in {{ if versions == "" { "v1.33.13 v1.34.4 v1.35.4 v1.36.3 v1.37.2" } else { versions } }}; do
            program=$(../shared/kind/component "$version" kube-apiserver)
            # a folder for each release, side by side
            TIGHTSHIP_APISERVER_DIR=$(dirname "$(dirname "$program")")
        done
        export TIGHTSHIP_APISERVER_DIR
    fi
    cargo test --locked --test starts

# Compiles and tests the program without the feature `cluster`: no labs, and no client of clusters.
test-small:
    cargo check --no-default-features --all-targets --locked
    cargo test --no-default-features --locked --lib --test integration

# Looks for what the compiler and clippy find, and for wrong formatting.
lint:
    cargo fmt --check
    cargo clippy --all-targets --locked -- -D warnings
    if cargo deny --version >/dev/null 2>&1; then cargo deny check bans licenses sources; fi

# Formats the code.
fmt:
    cargo fmt

# Writes what is generated from the code: the JSON Schemas, the curriculum of the labs and the reference.
docs:
    cargo run --locked --quiet -- schema > tightship.schema.json
    cargo run --locked --quiet -- schema lab > lab.schema.json
    cargo run --locked --quiet -- lab list --markdown > docs/labs.md
    cargo run --locked --quiet -- reference --out docs
    cargo doc --no-deps --locked

# Builds the site of the documentation into target/site; needs mdbook.
site:
    mdbook build

# The workshop with all of its labs: four attendees, what they try against each other, and that nothing is left.
test-workshop:
    TIGHTSHIP_LIVE=1 TIGHTSHIP_WORKSHOP_LABS=all cargo test --locked --test live workshop

# Proves labs in every state, and that wrong answers made from their solutions fail, on clusters of its own; without a name all labs.
test-labs *labs:
    TIGHTSHIP_LIVE=1 cargo run --locked --release --quiet -- lab lint --mutate {{labs}}

# Compares charts with what is rendered, lets zizmor and actionlint look at the workflow that is written, and shows what reconcilers are given to a real API
# server; fetches Helm, actionlint and the definitions of Flux and Argo CD as Go modules, zizmor from PyPI, and makes a kind cluster.
test-gitops:
    #!/usr/bin/env bash
    set -euo pipefail
    tools=${TIGHTSHIP_GITOPS_TOOLS:-target/gitops}
    mkdir -p "$tools"
    tools=$(cd "$tools" && pwd)
    [ -x "$tools/helm" ] || GOBIN=$tools go install helm.sh/helm/v4/cmd/helm@v4.3.2
    [ -x "$tools/v3/helm" ] || GOBIN=$tools/v3 go install helm.sh/helm/v3/cmd/helm@v3.22.0
    [ -x "$tools/actionlint" ] || GOBIN=$tools go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
    [ -x "$tools/venv/bin/zizmor" ] || { python3 -m venv "$tools/venv"; "$tools/venv/bin/pip" -q install zizmor==1.32.0; }
    folder() { GOTOOLCHAIN=go1.27.3 go mod download -json "$1" | sed -n 's/^.*"Dir": "\(.*\)",*$/\1/p'; }
    crds=$(folder github.com/fluxcd/kustomize-controller@v1.10.1)/config/crd/bases
    crds=$crds:$(folder github.com/fluxcd/source-controller@v1.10.1)/config/crd/bases
    TIGHTSHIP_GITOPS_CRDS=$crds:$(folder github.com/argoproj/argo-cd/v3@v3.6.1)/manifests/crds/application-crd.yaml
    TIGHTSHIP_GITOPS_CRDS=$TIGHTSHIP_GITOPS_CRDS:$(folder github.com/argoproj/argo-cd/v3@v3.6.1)/manifests/crds/appproject-crd.yaml
    TIGHTSHIP_GITOPS_CRDS=$TIGHTSHIP_GITOPS_CRDS:$(folder github.com/external-secrets/external-secrets@v1.3.2)/config/crds/bases/external-secrets.io_externalsecrets.yaml
    export TIGHTSHIP_GITOPS_CRDS TIGHTSHIP_HELM=$tools/helm TIGHTSHIP_HELM3=$tools/v3/helm
    export TIGHTSHIP_ZIZMOR=$tools/venv/bin/zizmor TIGHTSHIP_ACTIONLINT=$tools/actionlint
    cargo test --locked --test integration gitops:: -- --nocapture
    if [ -x ../shared/kind/ensure ]; then eval "$(../shared/kind/ensure)"; fi
    TIGHTSHIP_LIVE=1 cargo test --locked --test live gitops::

# Remakes the tables of Kubernetes from its releases; needs go and python3, and what data/apiserver/README.md says.
data:
    python3 data/kubernetes/make.py
    python3 data/apiserver/make.py

# Runs the tests that make random inputs with so many new ones for each.
random cases="10000":
    TIGHTSHIP_CASES={{cases}} cargo test --locked --test integration -- schema_random parts_read an_edit_changes no_slip no_text

# Measures rendering and checking: how much a second, and that the cost grows with the input and no faster.
bench *args:
    cargo bench --locked --bench render --bench check --bench scan {{args}}

# Prints how the time of the check grows with inputs that somebody made to take long.
growth:
    cargo test --locked --test attacks growth:: -- --nocapture --test-threads=1

# Measures `check --live` on so many objects of a real API server against `kubectl get` of the same ones; fails above 400 MiB, above 1.5 times kubectl, or where
# it finds anything else than in files. TIGHTSHIP_APISERVER_DIR has v1.37.2/kube-apiserver and bin/etcd where there is no ../shared/kind.
bench-live objects="100000":
    #!/usr/bin/env bash
    set -euo pipefail
    if [ -x ../shared/kind/component ]; then
        eval "$(../shared/kind/ensure)"
        program=$(../shared/kind/component v1.37.2 kube-apiserver)
        TIGHTSHIP_APISERVER_DIR=$(dirname "$(dirname "$program")")
    fi
    cargo build --profile dist --locked
    OBJECTS={{objects}} benches/live/run target/dist/tightship kubectl "$TIGHTSHIP_APISERVER_DIR/v1.37.2/kube-apiserver" "$TIGHTSHIP_APISERVER_DIR/bin/etcd"

# Prints how time and memory grow with files, bytes, findings, objects, apps, labs and attendees, for docs/performance.md; fails where one grows faster than it.
growth-table *words:
    cargo build --profile dist --locked
    benches/growth target/dist/tightship {{words}}

# Compares what is read of all texts of the repository with decoders of Go, that of kubectl first; needs go.
yaml-oracles:
    mkdir -p target
    cd tests/oracles && go build -o ../../target/yaml-oracle .
    TIGHTSHIP_YAML_ORACLE=target/yaml-oracle cargo test --locked --test integration oracles:: -- --nocapture

# Prints how much of the code the tests run; needs the component llvm-tools of rustup.
coverage *args:
    .ci/coverage {{args}}

# Compares the check with kubeconform, kube-score and checkov on the same manifests.
peers *args:
    benches/peers {{args}}

# Writes docs/comparison.md: tightship and its peers on the same manifests; fetches them from PyPI and the Go module proxy.
compare work="target/compare":
    #!/usr/bin/env bash
    set -euo pipefail
    mkdir -p {{work}}
    cargo build --profile dist --locked
    export GOBIN=$(realpath {{work}}) GOFLAGS=-modcacherw
    [ -x "$GOBIN/kubeconform" ] || go install github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0
    [ -x "$GOBIN/kube-score" ] || go install github.com/zegl/kube-score/cmd/kube-score@v1.20.0
    if [ ! -x "$GOBIN/venv/bin/checkov" ]; then python3 -m venv "$GOBIN/venv" && "$GOBIN/venv/bin/pip" install --quiet checkov; fi
    benches/compare target/dist/tightship "$GOBIN/venv/bin/checkov" "$GOBIN/kube-score" "$GOBIN/kubeconform" > "$GOBIN/comparison.md"
    mv "$GOBIN/comparison.md" docs/comparison.md

# Looks for crashes with random inputs, so many seconds for each target; needs cargo-fuzz and a nightly toolchain.
fuzz seconds="60":
    #!/usr/bin/env bash
    set -euo pipefail
    for target in $(cargo +nightly fuzz list); do
        mkdir -p "fuzz/corpus/$target"
        cargo +nightly fuzz run "$target" "fuzz/corpus/$target" tests/data tests/well_known labs -- \
            -dict=fuzz/yaml.dict -max_total_time={{seconds}} -max_len=4096 -timeout=10
    done

# Everything that CI runs.
ci:
    .ci/run
