using System.Text;
using Steering.Policies;

namespace Steering.Fuzz.Targets;

/// <summary>Parses policy JSON; what is accepted must read back equal.</summary>
internal sealed class PolicyTarget : IFuzzTarget
{
    private const string Everything = """
        {
          "$schema": "policy.schema.json", "version": 1, "name": "everything", "description": "One of each.", "skipPositionZero": false,
          "saes": { "main": "saes/l15", "other": { "path": "saes/l3", "site": "resid_post.3" } },
          "interventions": [
            { "name": "dogs", "target": { "sae": "main", "feature": 4514 }, "operator": "clamp", "value": 2.5 },
            { "target": { "sae": "main", "features": [1, 2] }, "operator": "add", "values": [-0.5, 1e-3], "unit": "raw", "span": "prompt", "skipPositionZero": true },
            { "target": { "sae": "other", "feature": 7 }, "operator": "scale", "gain": -1, "gate": { "kind": "token", "target": { "sae": "other", "feature": 9 }, "threshold": 0.25 } },
            { "target": { "vector": "calm.gguf", "firstBlock": 8, "lastBlock": 22, "normalize": false }, "operator": "add", "value": 0.1, "gate": { "kind": "prompt", "target": { "direction": [0, 1.5], "site": "resid_post.3" }, "threshold": -2, "unit": "raw" } },
            { "target": { "vector": "calm.safetensors", "site": "resid_post.3" }, "operator": "projectionGain", "gain": 0, "gate": { "kind": "callback", "name": "night" } },
            { "target": { "direction": [1, 0], "site": "resid_post.3" }, "operator": "cap", "value": 0.5, "unit": "residualNorm", "gate": { "kind": "always" }, "span": "both" },
            { "target": { "direction": [1, 0], "site": "resid_post.3" }, "operator": "add", "value": 0.5, "gate": { "kind": "step" } }
          ]
        }
        """;

    public string Name => "policy";

    public bool IsJson => true;

    public IReadOnlyList<byte[]> Seeds { get; } =
        [Encoding.UTF8.GetBytes(Everything), """{"version":1,"name":"idle","interventions":[]}"""u8.ToArray(), """{"version":1,"name":"one","saes":{"a":"b"},"interventions":[{"target":{"sae":"a","feature":0},"operator":"ablate"}]}"""u8.ToArray()];

    public IReadOnlyList<byte[]> Words { get; } =
    [
        .. new[]
        {
            "version", "interventions", "target", "sae", "feature", "features", "vector", "site", "direction", "operator", "value", "values", "gain", "unit", "span", "gate", "kind", "threshold", "name", "firstBlock", "lastBlock", "normalize",
            "add", "clamp", "clampActive", "scale", "ablate", "cap", "floor", "projectionGain", "raw", "maxActivation", "residualNorm", "prompt", "completion", "both", "always", "token", "callback", "step", "resid_post.3", "../x", "/etc", "",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        var policy = SteeringPolicy.Parse(input);
        if (!policy.Equals(SteeringPolicy.Parse(policy.ToJson())))
        {
            throw new InvalidOperationException("The policy does not read back as it was.");
        }
    }

    public void Dispose()
    {
    }
}
