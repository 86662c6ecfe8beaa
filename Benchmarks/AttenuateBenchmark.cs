using Steering.Compilation;
using Steering.Decoding;
using Steering.Models;
using Steering.Policies;
using Steering.Policies.Operators;

namespace Steering.Benchmarks;

/// <summary>What attenuation by a table costs per decoded token beside a clamp of as many features, at one site.</summary>
internal static class AttenuateBenchmark
{
    private const int Features = 64;
    private const int Tokens = 100;
    private const int Rounds = 10;
    private const string Id = "sae";

    public static void Run(string folder)
    {
        using var model = SteerableModel.Load(folder, new SteerableModelOptions { VerifyWeights = false });
        var site = model.Sites.Count > 0 ? model.Sites[model.Sites.Count / 2] : throw new SteeringException($"{folder} has no sockets; make a socketed folder with 'steer socket'.");
        var resources = new SteeringResources();
        resources.AddSae(Id, RandomSae.JumpRelu(site.HiddenSize, 4 * Features), site.Name);
        using var engine = new SteeringEngine(model, resources) { OwnsModel = false };
        int[] features = [.. Enumerable.Range(0, Features)];
        var clamp = engine.Compile(SteeringPolicy.Create("clamp").ClampWhereActive(Feature.Of(Id, features), 1, StrengthUnit.Raw));
        var attenuate = engine.Compile(SteeringPolicy.Create("attenuate").With(new Intervention
        {
            Target = Feature.Of(Id, features),
            Operator = new AttenuateOperator { Posteriors = [.. features.Select(Posterior)] },
        }));
        Variant[] variants =
        [
            Variant($"{Features} features clamped where active", clamp),
            Variant("the same again (noise)", clamp),
            Variant($"{Features} features attenuated by a table of {Knots(attenuate)} knots", attenuate),
            Variant("nothing plugged in", CompiledPolicy.Empty),
        ];
        SideBySide.Run($"Attenuation by table beside clamp, {model.Name} at {site.Name}", variants, Tokens, Rounds);

        Variant Variant(string name, CompiledPolicy policy) => new(name, () => model.Start(new DecodeRequest
        {
            PromptIds = [.. Enumerable.Range(0, 64).Select(index => 300 + (index * 37 % 4000))],
            MaxTokens = Tokens + 64,
            IgnoreEndTokens = true,
            Policy = policy,
        }));
    }

    // Three concepts: more than the logistic that the graph computes by itself.
    private static GaussianFeaturePosterior Posterior(int feature) => new()
    {
        Weights = [0.3f, 0.4f, 0.3f],
        Means = [1 + (0.01f * feature), 0.4f, 1.6f],
        Deviations = [0.3f, 0.2f, 0.5f],
    };

    private static int Knots(CompiledPolicy policy) => ((policy.Sites[0].Attenuation.Length / policy.Sites[0].RowCount) - Sockets.SocketLayout.PosteriorRows) / 2;
}
