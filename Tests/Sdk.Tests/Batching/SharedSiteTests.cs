using Steering.Batching;
using Steering.Compilation;
using Steering.Decoding;
using Steering.Policies;
using Steering.Saes;
using Steering.Sockets;

namespace Steering.Tests.Sdk.Batching;

/// <summary>What conversations share at a site: encoders in which latents compete, scales, attenuation tables of different widths.</summary>
[TestClass]
public sealed class SharedSiteTests
{
    private const int Latents = 48;

    /// <summary>Two SAEs whose latents compete cannot lie at one site at once: conversations of the one wait for those of the other, and nothing else changes.</summary>
    [TestMethod]
    public async Task CompetingEncoders_TakeTurns_AndEachConversationGetsItsOwn()
    {
        var engine = TinyModel.Engine;
        var compiler = new PolicyCompiler(engine.Model.Manifest!, new SteeringResources().AddSae("one", TopK(1, 4)).AddSae("other", TopK(2, 6)));
        CompiledPolicy[] policies =
        [
            compiler.Compile(SteeringPolicy.Create("a").Clamp(Feature.Of("one", 3, 9), 4, StrengthUnit.Raw)),
            compiler.Compile(SteeringPolicy.Create("b").Scale(Feature.Of("one", 5, 7, 11), 6)),
            compiler.Compile(SteeringPolicy.Create("c").Clamp(Feature.Of("other", 3, 9), 4, StrengthUnit.Raw)),
            CompiledPolicy.Empty,
            engine.Compile(TinyModel.Push(4)),
            Attenuating(knots: 0),
            Attenuating(knots: 3),
        ];
        DecodeRequest[] requests = [.. Enumerable.Range(0, 35).Select(index => Conversations.Greedy(10 + (index % 7 * 5), start: index) with { Policy = policies[index % policies.Length] })];
        using var decoder = new BatchingDecoder(engine.Model);
        var genAi = new GenAiDecoder(engine.Model);
        var together = await decoder.CompleteAllAsync(requests, 12);
        for (var index = 0; index < requests.Length; index++)
        {
            Assert.AreEqual(await genAi.CompleteAsync(requests[index]), together[index], $"conversation {index}");
        }
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(2)]
    public void AttenuationOfANarrowerTable_KeepsItsMeaningInAWiderOne(int knots)
    {
        var program = Attenuating(knots).Sites[0];
        const int Lines = SocketLayout.PosteriorRows + 10;
        var table = new float[Lines * 3];
        UnionTables.WriteAttenuation(program, table, offset: 1, rows: 3);
        for (var v = -2f; v < 3; v += 0.37f)
        {
            Assert.AreEqual(Attenuation(program.Attenuation, 1, 0, v), Attenuation(table, 3, 1, v), 1e-6f);
            Assert.AreEqual(1, Attenuation(table, 3, 0, v));
        }
    }

    // The formula of SocketLayout.Attenuation.
    private static float Attenuation(float[] table, int rows, int row, float v)
    {
        var knots = ((table.Length / rows) - SocketLayout.PosteriorRows) / 2;
        var sum = 1 - (At(0) / (1 + MathF.Exp(-((At(1) * v * v) + (At(2) * v) + At(3)))));
        for (var knot = 0; knot < knots; knot++)
        {
            sum += At(SocketLayout.PosteriorRows + knots + knot) * Math.Max(0, v - At(SocketLayout.PosteriorRows + knot));
        }

        return sum;

        float At(int line) => table[(line * rows) + row];
    }

    private static CompiledPolicy Attenuating(int knots)
    {
        var policy = TinyModel.Engine.Compile(SteeringPolicy.Create("attenuate").ProjectionGain(Direction.At(TinyModel.Site, TinyModel.Direction(30 + knots)), 3));
        var program = policy.Sites[0];
        float[] table = [0.7f, 0.4f, -0.3f, 0.1f, .. Enumerable.Range(0, knots).Select(knot => knot * 0.3f), .. Enumerable.Range(0, knots).Select(knot => 0.2f * (knot + 1))];
        return new CompiledPolicy
        {
            Interventions = policy.Interventions,
            Sites = [new SiteProgram { Site = program.Site, HiddenSize = program.HiddenSize, Rows = program.Rows, Read = program.Read, Write = program.Write, Dials = program.Dials, GateRow = program.GateRow, Attenuation = table }],
        };
    }

    private static SparseAutoencoder TopK(int seed, int k)
    {
        var random = new Random(seed);
        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5))];
        return SparseAutoencoder.Create(new SaeParameters
        {
            Source = $"sae {seed}",
            Architecture = SaeArchitecture.TopK,
            HiddenSize = TinyModel.HiddenSize,
            LatentCount = Latents,
            Encoder = Numbers(Latents * TinyModel.HiddenSize),
            Decoder = Numbers(Latents * TinyModel.HiddenSize),
            EncoderBias = Numbers(Latents),
            DecoderBias = Numbers(TinyModel.HiddenSize),
            K = k,
            HookName = "blocks.0.hook_resid_post",
        });
    }
}
