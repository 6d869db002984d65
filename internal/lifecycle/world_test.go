package lifecycle_test

import (
	"path/filepath"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// world is one lifecycle: the API, the configuration and the state.
type world struct {
	fake       *fakevantage.Server
	net        *network
	host       string // of the API; the default if it is empty
	readyAfter time.Duration
	validFor   time.Duration
	forgotten  map[string]fakevantage.Export

	resources       []*resource
	saved           map[*resource]change // what was planned last; nil if that can no longer be applied
	unknownProvider bool
	stopAfter       time.Duration // Ctrl-C during the next apply; negative for none
	directory       string
	trace           func(format string, args ...any)
	counts          map[string]int
}

func newWorld(directory string, counts map[string]int, trace func(string, ...any)) *world {
	fake := fakevantage.New(fakevantage.Options{APIToken: acctest.APIToken})
	w := &world{
		fake: fake, net: &network{fake: fake.Transport()}, validFor: 24 * time.Hour,
		forgotten: map[string]fakevantage.Export{}, stopAfter: -1, directory: directory, trace: trace, counts: counts,
	}
	w.run("ready 31s")
	return w
}

// ready sets how long exports take from now on.
func (w *world) ready(after time.Duration) {
	w.fake.Change(func(o *fakevantage.Options) { o.ReadyAfter = after })
}

// resource is a resource in the configuration and the state.
type resource struct {
	name, typeName      string
	schema              *tfprotov6.Schema
	object              tftypes.Object
	of                  *resource // the export of a download
	absent              bool      // from the configuration
	createBeforeDestroy bool
	args                arguments
	block               *importBlock
	removed             bool // files were removed from disk
	state               object
}

func (w *world) add(name, typeName string) *resource {
	schema := schemas().ResourceSchemas[typeName]
	object, _ := schema.ValueType().(tftypes.Object)
	r := &resource{name: name, typeName: typeName, schema: schema, object: object, args: arguments{}}
	r.state = r.none()
	w.resources = append(w.resources, r)
	return r
}

// named returns nil if there is no such resource.
func (w *world) named(name string) *resource {
	i := slices.IndexFunc(w.resources, func(r *resource) bool { return r.name == name })
	if i < 0 {
		return nil
	}
	return w.resources[i]
}

func (r *resource) none() object { return object{value: tftypes.NewValue(r.object, nil)} }

func (r *resource) has(argument string) bool { _, ok := r.object.AttributeTypes[argument]; return ok }

// configure returns a configuration. Only a download uses the token.
func (w *world) configure(r *resource, args arguments, token tftypes.Value) config {
	values := map[string]tftypes.Value{}
	for name, t := range r.object.AttributeTypes {
		a, ok := args[name]
		switch {
		case !ok:
			values[name] = tftypes.NewValue(t, nil)
		case a.unknown:
			values[name] = unknown(t)
		case name == "directory":
			values[name] = tftypes.NewValue(t, filepath.Join(w.directory, a.text))
		default:
			values[name] = parse(t, a.text)
		}
	}
	if r.of != nil {
		values["token"] = token
	}
	return config{args, tftypes.NewValue(r.object, values)}
}

// arguments are the configured arguments of a resource.
type arguments map[string]argument

type argument struct {
	text    string // for parse
	unknown bool   // in the plan
}

// known returns the arguments as they are known in an apply.
func (a arguments) known() arguments {
	out := arguments{}
	for name, text := range a.texts() {
		out[name] = argument{text: text}
	}
	return out
}

func (a arguments) anyUnknown() bool {
	for _, argument := range a {
		if argument.unknown {
			return true
		}
	}
	return false
}

func (a arguments) texts() map[string]string {
	out := map[string]string{}
	for name, argument := range a {
		out[name] = argument.text
	}
	return out
}
