// Writes fields.txt: every field of the configuration files that control planes and nodes read, release by release, from the
// Go types that the programs decode them into. It needs nothing but go:
//
//	go run ./data/apiserver/fields >data/apiserver/fields.txt
package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"reflect"
	"sort"
	"strings"
)

var releases = []struct {
	minor int
	patch string
}{{33, "13"}, {34, "4"}, {35, "4"}, {36, "3"}, {37, "2"}}

// A package of a version of an API, the API version, and its kinds.
type root struct {
	pkg, api string
	kinds    []string
}

var kubeadmKinds = []string{"ClusterConfiguration", "InitConfiguration", "JoinConfiguration", "ResetConfiguration", "UpgradeConfiguration"}

func apiserver(version string) root {
	return root{"k8s.io/apiserver/pkg/apis/apiserver/" + version, "apiserver.config.k8s.io/" + version, []string{
		"AdmissionConfiguration", "AuthenticationConfiguration", "AuthorizationConfiguration", "EncryptionConfiguration", "TracingConfiguration",
	}}
}

func kubeadm(version string) root {
	return root{"k8s.io/kubernetes/cmd/kubeadm/app/apis/kubeadm/" + version, "kubeadm.k8s.io/" + version, kubeadmKinds}
}

func podSecurity(version string) root {
	return root{"k8s.io/pod-security-admission/admission/api/" + version, "pod-security.admission.config.k8s.io/" + version, []string{"PodSecurityConfiguration"}}
}

func credentials(version string) root {
	return root{"k8s.io/kubelet/config/" + version, "kubelet.config.k8s.io/" + version, []string{"CredentialProviderConfig", "KubeletConfiguration"}}
}

var roots = []root{
	apiserver("v1"), apiserver("v1beta1"), apiserver("v1alpha1"),
	{"k8s.io/apiserver/pkg/apis/apiserver/v1beta1", "apiserver.k8s.io/v1beta1", []string{"EgressSelectorConfiguration"}},
	{"k8s.io/apiserver/pkg/apis/apiserver/v1alpha1", "apiserver.k8s.io/v1alpha1", []string{"AdmissionConfiguration", "EgressSelectorConfiguration"}},
	{"k8s.io/apiserver/pkg/apis/audit/v1", "audit.k8s.io/v1", []string{"Policy"}},
	{"k8s.io/apiserver/pkg/admission/plugin/webhook/config/apis/webhookadmission/v1", "apiserver.config.k8s.io/v1", []string{"WebhookAdmission"}},
	{"k8s.io/apiserver/pkg/admission/plugin/resourcequota/apis/resourcequota/v1", "apiserver.config.k8s.io/v1", []string{"Configuration"}},
	{"k8s.io/apiserver/pkg/admission/plugin/policy/config/apis/policyconfig/v1", "apiserver.config.k8s.io/v1", []string{
		"MutatingAdmissionPolicyConfiguration", "ValidatingAdmissionPolicyConfiguration",
	}},
	{"k8s.io/kubernetes/plugin/pkg/admission/eventratelimit/apis/eventratelimit/v1alpha1", "eventratelimit.admission.k8s.io/v1alpha1", []string{"Configuration"}},
	{"k8s.io/kubernetes/plugin/pkg/admission/podtolerationrestriction/apis/podtolerationrestriction/v1alpha1", "podtolerationrestriction.admission.k8s.io/v1alpha1", []string{"Configuration"}},
	podSecurity("v1"), podSecurity("v1beta1"), podSecurity("v1alpha1"),
	credentials("v1"), credentials("v1beta1"), credentials("v1alpha1"),
	{"k8s.io/kube-proxy/config/v1alpha1", "kubeproxy.config.k8s.io/v1alpha1", []string{"KubeProxyConfiguration"}},
	{"k8s.io/kube-scheduler/config/v1", "kubescheduler.config.k8s.io/v1", []string{
		"DefaultPreemptionArgs", "DynamicResourcesArgs", "InterPodAffinityArgs", "KubeSchedulerConfiguration", "NodeAffinityArgs",
		"NodeResourcesBalancedAllocationArgs", "NodeResourcesFitArgs", "PodTopologySpreadArgs", "VolumeBindingArgs",
	}},
	kubeadm("v1"), kubeadm("v1beta4"), kubeadm("v1beta3"),
}

// The kinds that are registered under another name than their type.
var registered = map[string]string{
	"k8s.io/apiserver/pkg/admission/plugin/webhook/config/apis/webhookadmission/v1 WebhookAdmission": "WebhookAdmissionConfiguration",
	"k8s.io/apiserver/pkg/admission/plugin/resourcequota/apis/resourcequota/v1 Configuration":        "ResourceQuotaConfiguration",
}

// Types that read themselves, or of which no more is said.
var known = map[string]string{
	"k8s.io/apimachinery/pkg/apis/meta/v1.Duration":                                 "duration",
	"k8s.io/apimachinery/pkg/apis/meta/v1.Time":                                     "time",
	"k8s.io/apimachinery/pkg/apis/meta/v1.ObjectMeta":                               "object",
	"k8s.io/apimachinery/pkg/apis/meta/v1.LabelSelector":                            "object",
	"k8s.io/apimachinery/pkg/api/resource.Quantity":                                 "quantity",
	"k8s.io/apimachinery/pkg/runtime.RawExtension":                                  "any",
	"k8s.io/apimachinery/pkg/runtime.Unknown":                                       "any",
	"k8s.io/apimachinery/pkg/runtime.Object":                                        "any",
	"k8s.io/apimachinery/pkg/util/intstr.IntOrString":                               "int-or-string",
	"k8s.io/component-base/logs/api/v1.TimeOrMetaDuration":                          "any",
	"k8s.io/apimachinery/pkg/api/resource.QuantityValue":                            "quantity",
	"k8s.io/kubernetes/cmd/kubeadm/app/apis/bootstraptoken/v1.BootstrapTokenString": "string",
	"k8s.io/kubelet/config/v1beta1.ResolvedDNS":                                     "string",
	"time.Duration": "integer",
}

var basic = map[string]string{
	"string": "string", "bool": "boolean", "float32": "number", "float64": "number", "byte": "integer",
	"int": "integer", "int8": "integer", "int16": "integer", "int32": "integer", "int64": "integer",
	"uint": "integer", "uint8": "integer", "uint16": "integer", "uint32": "integer", "uint64": "integer",
	"any": "any",
}

type pkg struct {
	path    string
	types   map[string]ast.Expr
	imports map[string]map[string]string // type -> name -> path
}

type world struct {
	minor  int
	patch  string
	loaded map[string]*pkg
	types  map[string][]string // name -> lines
}

var folders = map[string]string{}

func (w *world) folder(module string) string {
	version := fmt.Sprintf("v0.%d.%s", w.minor, w.patch)
	if module == "k8s.io/kubernetes" {
		version = fmt.Sprintf("v1.%d.%s", w.minor, w.patch)
	}
	full := module + "@" + version
	if found, ok := folders[full]; ok {
		return found
	}
	command := exec.Command("go", "mod", "download", "-json", full)
	command.Dir = os.TempDir()
	out, err := command.Output()
	var answer struct{ Dir, Error string }
	if json.Unmarshal(out, &answer) != nil || answer.Dir == "" {
		log.Fatalf("%s: %v %s", full, err, answer.Error)
	}
	folders[full] = answer.Dir
	return answer.Dir
}

// load reads a package of a module of Kubernetes; nil if the release does not have it.
func (w *world) load(importPath string) *pkg {
	if found, ok := w.loaded[importPath]; ok {
		return found
	}
	w.loaded[importPath] = nil
	parts := strings.SplitN(importPath, "/", 3)
	if len(parts) < 3 || parts[0] != "k8s.io" {
		return nil
	}
	folder := filepath.Join(w.folder(parts[0]+"/"+parts[1]), parts[2])
	files, _ := filepath.Glob(filepath.Join(folder, "*.go"))
	if len(files) == 0 {
		return nil
	}
	found := &pkg{importPath, map[string]ast.Expr{}, map[string]map[string]string{}}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || strings.HasPrefix(filepath.Base(name), "zz_generated") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			log.Fatal(err)
		}
		imports := map[string]string{}
		for _, spec := range file.Imports {
			target := strings.Trim(spec.Path.Value, `"`)
			short := path.Base(target)
			if spec.Name != nil {
				short = spec.Name.Name
			}
			imports[short] = target
		}
		for _, declaration := range file.Decls {
			general, ok := declaration.(*ast.GenDecl)
			if !ok || general.Tok != token.TYPE {
				continue
			}
			for _, spec := range general.Specs {
				spec := spec.(*ast.TypeSpec)
				found.types[spec.Name.Name] = spec.Type
				found.imports[spec.Name.Name] = imports
			}
		}
	}
	w.loaded[importPath] = found
	return found
}

func name(importPath, typeName string) string {
	short := strings.NewReplacer("k8s.io/", "", "pkg/", "", "kubernetes/cmd/kubeadm/app/apis/", "", "kubernetes/plugin/", "", "/", ".").Replace(importPath)
	return "config." + short + "." + typeName
}

// word is what a field of a Go type holds.
func (w *world) word(in *pkg, owner string, expression ast.Expr) string {
	switch typed := expression.(type) {
	case *ast.StarExpr:
		return w.word(in, owner, typed.X)
	case *ast.ArrayType:
		if item, ok := typed.Elt.(*ast.Ident); ok && item.Name == "byte" {
			return "bytes"
		}
		return "list:" + w.word(in, owner, typed.Elt)
	case *ast.MapType:
		return "map:" + w.word(in, owner, typed.Value)
	case *ast.InterfaceType:
		return "any"
	case *ast.Ident:
		if word, ok := basic[typed.Name]; ok {
			return word
		}
		return w.named(in.path, typed.Name)
	case *ast.SelectorExpr:
		short := typed.X.(*ast.Ident).Name
		return w.named(in.imports[owner][short], typed.Sel.Name)
	}
	log.Fatalf("%s.%s: %T", in.path, owner, expression)
	return ""
}

func (w *world) named(importPath, typeName string) string {
	if word, ok := known[importPath+"."+typeName]; ok {
		return word
	}
	in := w.load(importPath)
	if in == nil || in.types[typeName] == nil {
		log.Fatalf("1.%d: no %s.%s", w.minor, importPath, typeName)
	}
	if _, ok := in.types[typeName].(*ast.StructType); !ok {
		return w.word(in, typeName, in.types[typeName])
	}
	// those of objects are in data/kubernetes/fields.txt
	if group, ok := strings.CutPrefix(importPath, "k8s.io/api/"); ok {
		return strings.ReplaceAll(group, "/", ".") + "." + typeName
	}
	full := name(importPath, typeName)
	if _, ok := w.types[full]; !ok {
		w.types[full] = []string{}
		fields := w.fields(in, typeName)
		sort.Strings(fields)
		w.types[full] = fields
	}
	return full
}

// fields are the lines of a struct, with those of what is embedded.
func (w *world) fields(in *pkg, typeName string) []string {
	var lines []string
	for _, field := range in.types[typeName].(*ast.StructType).Fields.List {
		tag := ""
		if field.Tag != nil {
			tag = reflect.StructTag(strings.Trim(field.Tag.Value, "`")).Get("json")
		}
		key, options, _ := strings.Cut(tag, ",")
		if key == "-" {
			continue
		}
		if len(field.Names) == 0 && (key == "" || strings.Contains(options, "inline")) {
			lines = append(lines, w.embedded(in, typeName, field.Type)...)
			continue
		}
		if key == "" {
			if len(field.Names) == 0 || !ast.IsExported(field.Names[0].Name) {
				continue
			}
			key = field.Names[0].Name
		}
		lines = append(lines, key+" "+w.word(in, typeName, field.Type))
	}
	return lines
}

func (w *world) embedded(in *pkg, owner string, expression ast.Expr) []string {
	switch typed := expression.(type) {
	case *ast.StarExpr:
		return w.embedded(in, owner, typed.X)
	case *ast.Ident:
		return w.fields(in, typed.Name)
	case *ast.SelectorExpr:
		importPath := in.imports[owner][typed.X.(*ast.Ident).Name]
		if typed.Sel.Name == "TypeMeta" {
			return []string{"apiVersion string", "kind string"}
		}
		other := w.load(importPath)
		if other == nil {
			log.Fatalf("no %s", importPath)
		}
		return w.fields(other, typed.Sel.Name)
	}
	log.Fatalf("%s.%s embeds %T", in.path, owner, expression)
	return nil
}

// spans are the runs of releases in which a line holds.
func spans(in map[int]bool, within map[int]bool) []string {
	var out []string
	for index := 0; index < len(releases); index++ {
		if !in[releases[index].minor] {
			continue
		}
		last := index
		for last+1 < len(releases) && in[releases[last+1].minor] {
			last++
		}
		first, end := releases[index].minor, releases[last].minor
		whole := true
		for _, release := range releases {
			whole = whole && in[release.minor] == within[release.minor]
		}
		if whole {
			return []string{""}
		}
		out = append(out, fmt.Sprintf(" %d-%d", first, end))
		index = last
	}
	return out
}

func main() {
	log.SetFlags(0)
	kinds, types := map[string]map[int]bool{}, map[string]map[int]bool{}
	fields := map[string]map[string]map[int]bool{}
	all := map[int]bool{}
	add := func(table map[string]map[int]bool, key string, minor int) {
		if table[key] == nil {
			table[key] = map[int]bool{}
		}
		table[key][minor] = true
	}
	var modules []string
	for _, release := range releases {
		all[release.minor] = true
		modules = append(modules, fmt.Sprintf("v1.%d.%s", release.minor, release.patch))
		w := &world{release.minor, release.patch, map[string]*pkg{}, map[string][]string{}}
		for _, root := range roots {
			in := w.load(root.pkg)
			for _, kind := range root.kinds {
				if in == nil || in.types[kind] == nil {
					continue
				}
				called := kind
				if other, ok := registered[root.pkg+" "+kind]; ok {
					called = other
				}
				add(kinds, fmt.Sprintf("kind %s %s %s config", root.api, called, w.named(root.pkg, kind)), release.minor)
			}
		}
		for full, lines := range w.types {
			add(types, full, release.minor)
			if fields[full] == nil {
				fields[full] = map[string]map[int]bool{}
			}
			for _, line := range lines {
				add(fields[full], line, release.minor)
			}
		}
	}
	fmt.Println("# Every field of the configuration files of control planes and nodes. Made by fields/main.go; README.md has the format. Do not edit.")
	fmt.Println("# Kubernetes " + strings.Join(modules, ", "))
	for _, line := range sorted(kinds) {
		for _, span := range spans(kinds[line], all) {
			fmt.Println(line + span)
		}
	}
	for _, full := range sorted(types) {
		outer := types[full]
		for _, span := range spans(outer, all) {
			fmt.Println("type " + full + span)
		}
		for _, line := range sorted(fields[full]) {
			for _, span := range spans(fields[full][line], outer) {
				fmt.Println(" " + line + span)
			}
		}
	}
}

func sorted[V any](table map[string]V) []string {
	var keys []string
	for key := range table {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
