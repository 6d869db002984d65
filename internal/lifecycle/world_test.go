package lifecycle_test

import (
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// world is one lifecycle: the API, the configuration and the state.
type world struct {
	fake       *fakevantage.Server
	faults     []string // of the next requests
	lost       int      // the request whose response is delayed
	host       string   // of the API; the default if it is empty
	readyAfter time.Duration
	validFor   time.Duration
	forgotten  map[string]fakevantage.Export

	resources       []*resource
	named           map[string]*resource
	saved           map[*resource]change // what was planned last; nil if that can no longer be applied
	unknownProvider bool
	stopAfter       time.Duration // Ctrl-C during the next apply; negative for none
	directory       string
	trace           func(format string, args ...any)
	counts          map[string]int
}

func newWorld(directory string, counts map[string]int, trace func(string, ...any)) *world {
	w := &world{
		validFor: 24 * time.Hour, named: map[string]*resource{}, forgotten: map[string]fakevantage.Export{}, stopAfter: -1,
		directory: directory, trace: trace, counts: counts,
	}
	w.fake = fakevantage.New(fakevantage.Options{
		APIToken: acctest.APIToken, Misbehave: w.misbehave, AnswerDelay: w.delay,
	})
	w.run("ready 31s")
	return w
}

// resource is a resource in the configuration and the state.
type resource struct {
	name, typeName      string
	schema              *tfprotov6.Schema
	object              tftypes.Object
	of                  *resource // the export of a download
	absent              bool      // from the configuration
	createBeforeDestroy bool
	args                map[string]string // for parse
	unknown             map[string]bool   // what of them is known after apply
	block               *importBlock
	removed             bool // files were removed from disk
	state               object
}

func (w *world) add(name, typeName string) *resource {
	schema := schemas().ResourceSchemas[typeName]
	object, _ := schema.ValueType().(tftypes.Object)
	r := &resource{name: name, typeName: typeName, schema: schema, object: object}
	r.args, r.unknown, r.state = map[string]string{}, map[string]bool{}, r.none()
	w.resources, w.named[name] = append(w.resources, r), r
	if typeName == downloadType {
		r.of = w.resources[0]
	}
	return r
}

func (r *resource) none() object { return object{value: tftypes.NewValue(r.object, nil)} }

// configure returns a configuration. Only a download uses the token.
func (r *resource) configure(args map[string]string, isUnknown map[string]bool, token tftypes.Value) config {
	values := map[string]tftypes.Value{}
	for name, t := range r.object.AttributeTypes {
		value, ok := args[name]
		switch {
		case !ok:
			values[name] = tftypes.NewValue(t, nil)
		case isUnknown[name]:
			values[name] = unknown(t)
		default:
			values[name] = parse(t, value)
		}
	}
	if r.of != nil {
		values["token"] = token
	}
	return config{args, isUnknown, tftypes.NewValue(r.object, values)}
}
