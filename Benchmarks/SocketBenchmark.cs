using Steering.Compilation;
using Steering.Decoding;
using Steering.Models;
using Steering.Policies;
using Steering.Saes.Formats;
using Steering.Sockets;

namespace Steering.Benchmarks;

/// <summary>What a socket costs per decoded token: idle at one site, idle at all, 16 conditional features, exact TopK competition.</summary>
internal static class SocketBenchmark
{
    private const int Features = 16;
    private const int Tokens = 100;
    private const int Rounds = 6;

    public static void Run(string plain, string one, string all, string sae)
    {
        var options = new SteerableModelOptions { VerifyWeights = false };
        using var plainModel = SteerableModel.Load(plain, options);
        using var oneModel = SteerableModel.Load(one, options);
        using var allModel = SteerableModel.Load(all, options);
        var resources = new SteeringResources();
        resources.AddSae("sae", SaeFolder.Load(sae));
        var engine = new SteeringEngine(oneModel, resources);
        var exact = engine.Compile(Conditional());
        var variants = new[]
        {
            Variant("without sockets", plainModel, CompiledPolicy.Empty),
            Variant("without sockets, again (noise)", plainModel, CompiledPolicy.Empty),
            Variant("one site, idle", oneModel, CompiledPolicy.Empty),
            Variant($"{allModel.Sites.Count} sites, idle", allModel, CompiledPolicy.Empty),
            Variant($"one site, {Features} conditional features", oneModel, WithoutCompetition(exact)),
            Variant($"one site, {Features} conditional features, exact TopK", oneModel, exact),
        };
        SideBySide.Run($"Sockets of {oneModel.Name}", variants, Tokens, Rounds);
    }

    private static Variant Variant(string name, SteerableModel model, CompiledPolicy policy) => new(name, () => model.Start(new DecodeRequest
    {
        PromptIds = [.. Enumerable.Range(0, 64).Select(index => 300 + (index * 37 % 4000))],
        MaxTokens = Tokens + 64,
        Policy = policy,
    }));

    // Clamped where active, so that every token decides for every feature.
    private static SteeringPolicy Conditional() => SteeringPolicy.Create("conditional").ClampWhereActive(
        Feature.Of([.. Enumerable.Range(0, Features).Select(index => 100 + (index * 251))]), 3, StrengthUnit.Raw);

    // The same rows with a threshold of their own instead of the competition: what a JumpReLU SAE compiles to.
    private static CompiledPolicy WithoutCompetition(CompiledPolicy policy) => new()
    {
        Interventions = policy.Interventions,
        Sites = [.. policy.Sites.Select(site =>
        {
            var dials = (float[])site.Dials.Clone();
            dials.AsSpan((int)Dial.Competes * site.RowCount, site.RowCount).Clear();
            dials.AsSpan((int)Dial.Threshold * site.RowCount, site.RowCount).Fill(5);
            return new SiteProgram { Site = site.Site, HiddenSize = site.HiddenSize, Rows = site.Rows, Read = site.Read, Write = site.Write, Dials = dials, GateRow = site.GateRow, Scale = site.Scale };
        })],
    };
}
