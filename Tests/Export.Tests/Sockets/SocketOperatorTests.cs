using Steering.Sockets;

namespace Steering.Tests.Export.Sockets;

/// <summary>
/// Every setting of a row against the formula in double precision: tolerance 2e-5 of the largest number of the token
/// in fp32 (what is summed in another order), 4e-3 in fp16 (the stream itself has 11 bits).
/// </summary>
[TestClass]
public sealed class SocketOperatorTests
{
    private const double Exact = 2e-5;
    private const double Half = 4e-3;
    private const int Hidden = 64;
    private const int Site = 1;

    private static readonly Lazy<DecoderSession> Single = new(() => Open(GraphPrecision.Float32));

    [TestMethod]
    [DataRow(Dial.Bias, 0.7f)]
    [DataRow(Dial.Threshold, 0.3f)]
    [DataRow(Dial.Gain, 2.5f)]
    [DataRow(Dial.Gain, 0f)]
    [DataRow(Dial.Gain, -1f)]
    [DataRow(Dial.Offset, 3f)]
    [DataRow(Dial.Low, 0.5f)]
    [DataRow(Dial.High, 0.25f)]
    [DataRow(Dial.Gate, 0.2f)]
    [DataRow(Dial.Gate, float.PositiveInfinity)]
    [DataRow(Dial.FirstPosition, 2f)]
    [DataRow(Dial.FirstPosition, float.PositiveInfinity)]
    [DataRow(Dial.Low, float.NegativeInfinity)]
    [DataRow(Dial.High, float.PositiveInfinity)]
    public void Dial_OfOneRow_ActsAsTheFormulaSays(object dial, float value)
    {
        var rows = new SocketRows(3, Hidden).Randomise(new Random(3)).Set(Dial.Gain, 1, 1.5f).Set((Dial)dial, 1, value);

        SocketHarness.Check(Single.Value, Site, rows, SocketHarness.Ids(2, 5), Exact);
    }

    [TestMethod]
    public void Clamp_WhenInactive_LeavesTheResidualAlone()
    {
        var rows = new SocketRows(1, Hidden).Randomise(new Random(4))
            .Set(Dial.Threshold, 0, 1e9f).Set(Dial.Low, 0, 7).Set(Dial.High, 0, 7).Set(Dial.Gate, 0, 0);
        var idle = Single.Value.Run(SocketHarness.Ids(1, 4), null, SocketHarness.Feeds(Single.Value, Hidden));

        var steered = SocketHarness.Check(Single.Value, Site, rows, SocketHarness.Ids(1, 4), Exact);

        SocketHarness.AssertSameBits(idle["logits"], steered["logits"], "logits");
    }

    [TestMethod]
    public void Gate_OnAnotherRow_OpensByThatRowsActivation()
    {
        var rows = new SocketRows(2, Hidden).Randomise(new Random(5)).Set(Dial.Offset, 0, 4).Set(Dial.Gate, 0, 0.1f);
        rows.GateRow[0] = 1;

        var steered = SocketHarness.Check(Single.Value, Site, rows, SocketHarness.Ids(2, 8), Exact);

        var gating = steered[SocketLayout.Activations("resid_post.1")].Values.Where((_, index) => index % 2 == 1).ToArray();
        Assert.IsTrue(gating.Any(v => v > 0.1f) && gating.Any(v => v <= 0.1f), "the test must see the gate open and closed");
    }

    [TestMethod]
    public void Dials_PerBatchRow_ActOnTheirRowOnly()
    {
        var rows = new SocketRows(2, Hidden, batch: 3).Randomise(new Random(6));
        rows[0, Dial.Gain, 0] = 3;
        rows[2, Dial.Offset, 1] = -2;

        SocketHarness.Check(Single.Value, Site, rows, SocketHarness.Ids(3, 4), Exact);
    }

    [TestMethod]
    [DataRow(1f, 0f, 0f)]
    [DataRow(2f, 0f, 0f)]
    [DataRow(0f, 0.1f, 0f)]
    [DataRow(0f, 0f, 1f)]
    [DataRow(0.5f, 0.2f, 0.3f)]
    public void Scale_OfTheToken_DividesTheReadAndMultipliesTheWrite(float constant, float norm, float deviation)
    {
        var rows = new SocketRows(2, Hidden).Randomise(new Random(7)).Set(Dial.Offset, 0, 2).Set(Dial.Threshold, 1, 0.1f).Set(Dial.Gain, 1, 3);
        rows.Scale = [1, constant, 0, norm, 0, deviation];

        SocketHarness.Check(Single.Value, Site, rows, SocketHarness.Ids(2, 5), Exact);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(3)]
    public void Attenuation_ByPosteriorAndKnots_FollowsTheCurve(int knots)
    {
        var random = new Random(8);
        var rows = new SocketRows(2, Hidden).Randomise(random);
        rows.Attenuation = [.. Enumerable.Range(0, (4 + (2 * knots)) * 2).Select(_ => (float)(random.NextDouble() - 0.4))];

        SocketHarness.Check(Single.Value, Site, rows, SocketHarness.Ids(2, 5), Exact);
    }

    [TestMethod]
    public void Attenuation_PerBatchRow_FollowsEachRowsCurve()
    {
        var random = new Random(9);
        var rows = new SocketRows(2, Hidden, batch: 2).Randomise(random);
        rows.AttenuationBatch = 2;
        rows.Attenuation = [.. Enumerable.Range(0, 2 * 6 * 2).Select(_ => (float)(random.NextDouble() - 0.4))];

        SocketHarness.Check(Single.Value, Site, rows, SocketHarness.Ids(2, 5), Exact);
    }

    [TestMethod]
    public void Attenuation_WithUnusedKnotsAtInfinity_StaysFinite()
    {
        var rows = new SocketRows(1, Hidden).Randomise(new Random(10));
        rows.Attenuation = [0.5f, 0.1f, 0.2f, 0.3f, float.NegativeInfinity, float.PositiveInfinity, 0, 0];
        var bare = new SocketRows(1, Hidden).Randomise(new Random(10));
        bare.Attenuation = rows.Attenuation[..4];

        var steered = Single.Value.Run(SocketHarness.Ids(1, 4), null, SocketHarness.Feeds(Single.Value, Hidden, (Site, rows)));
        var expected = Single.Value.Run(SocketHarness.Ids(1, 4), null, SocketHarness.Feeds(Single.Value, Hidden, (Site, bare)));

        CollectionAssert.AreEqual(expected["logits"].Values, steered["logits"].Values);
    }

    [TestMethod]
    [DataRow(1, false)]
    [DataRow(4, false)]
    [DataRow(4, true)]
    [DataRow(12, false)]
    public void Competition_OfAWholeEncoder_KeepsTheKLargest(int k, bool scaled)
    {
        var random = new Random(11);
        const int Latents = 40;
        var rows = new SocketRows(4, Hidden).Randomise(random);
        rows.Encoder = [.. Enumerable.Range(0, Latents * Hidden).Select(_ => (float)(random.NextDouble() - 0.5))];
        rows.EncoderBias = [.. Enumerable.Range(0, Latents).Select(_ => (float)(random.NextDouble() * 0.2))];
        rows.Rank = k + 1;
        for (var row = 0; row < 3; row++)
        {
            rows.Encoder.AsSpan(row * 7 * Hidden, Hidden).CopyTo(rows.Read.AsSpan(row * Hidden, Hidden));
            rows.Set(Dial.Bias, row, rows.EncoderBias[row * 7]).Set(Dial.Competes, row, 1).Set(Dial.Threshold, row, 0).Set(Dial.Gain, row, 2);
        }

        rows.Scale = scaled ? [0, 0, 0, 1, 0.3f, 0.3f, 0.3f, 0, 0, 0, 0, 0] : [];

        var steered = SocketHarness.Check(Single.Value, Site, rows, SocketHarness.Ids(2, 16), Exact);

        var active = steered[SocketLayout.Activations("resid_post.1")].Values.Where((_, index) => index % 4 < 3).Count(v => v > 0);
        Assert.IsTrue(active is > 0 and < 2 * 16 * 3, $"the test must see latents win and lose; {active} of {2 * 16 * 3} are active");
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(5)]
    [DataRow(32)]
    public void Competition_WatchedLatentByLatent_LetsExactlyKWin(int k)
    {
        var random = new Random(12);
        const int Latents = 64;
        const int Tokens = 24;
        float[] encoder = [.. Enumerable.Range(0, Latents * Hidden).Select(_ => (float)(random.NextDouble() - 0.5))];
        // High enough that all winners are above zero.
        float[] bias = [.. Enumerable.Range(0, Latents).Select(_ => 50f + (float)random.NextDouble())];
        var winners = new int[Tokens];
        for (var latent = 0; latent < Latents; latent++)
        {
            var rows = new SocketRows(1, Hidden) { Encoder = encoder, EncoderBias = bias, Rank = k + 1 };
            encoder.AsSpan(latent * Hidden, Hidden).CopyTo(rows.Read);
            rows.Set(Dial.Bias, 0, bias[latent]).Set(Dial.Competes, 0, 1).Set(Dial.Threshold, 0, 0);
            var run = Single.Value.Run(SocketHarness.Ids(1, Tokens), null, SocketHarness.Feeds(Single.Value, Hidden, (Site, rows)));
            var activations = run[SocketLayout.Activations("resid_post.1")].Values;
            for (var token = 0; token < Tokens; token++)
            {
                winners[token] += activations[token] > 0 ? 1 : 0;
            }
        }

        CollectionAssert.AreEqual(Enumerable.Repeat(k, Tokens).ToArray(), winners);
    }

    [TestMethod]
    [DataRow(GraphPrecision.Float32, Exact)]
    [DataRow(GraphPrecision.Int4, Exact)]
    [DataRow(GraphPrecision.Float16, Half)]
    public void EverySetting_AtRandom_AgreesWithTheFormula(object precision, double tolerance)
    {
        using var session = Open((GraphPrecision)precision);
        for (var seed = 0; seed < 12; seed++)
        {
            SocketHarness.Check(session, seed % 3, RandomRows(new Random(seed), batch: 1 + (seed % 3)), SocketHarness.Ids(3, 6), tolerance);
        }
    }

    private static SocketRows RandomRows(Random random, int batch)
    {
        var rows = new SocketRows(1 + random.Next(6), Hidden, batch == 2 ? 1 : batch == 3 ? 3 : 1).Randomise(random);
        float Next(double low, double high) => (float)(low + (random.NextDouble() * (high - low)));
        for (var row = 0; row < rows.Rows; row++)
        {
            for (var item = 0; item < rows.Batch; item++)
            {
                rows[item, Dial.Bias, row] = Next(-0.5, 0.5);
                rows[item, Dial.Threshold, row] = random.Next(2) == 0 ? float.NegativeInfinity : Next(-0.2, 0.5);
                rows[item, Dial.Gain, row] = Next(-2, 3);
                rows[item, Dial.Offset, row] = random.Next(2) == 0 ? 0 : Next(-2, 2);
                rows[item, Dial.Low, row] = random.Next(2) == 0 ? float.MinValue : Next(-1, 0);
                rows[item, Dial.High, row] = random.Next(2) == 0 ? float.MaxValue : Next(0, 1);
                rows[item, Dial.Gate, row] = random.Next(2) == 0 ? float.NegativeInfinity : Next(-0.2, 0.4);
                rows[item, Dial.FirstPosition, row] = random.Next(3);
            }

            rows.GateRow[row] = random.Next(rows.Rows);
        }

        if (random.Next(2) == 0)
        {
            rows.Scale = [.. Enumerable.Range(0, 3 * rows.Rows).Select(_ => Next(0.1, 0.6))];
        }

        if (random.Next(2) == 0)
        {
            rows.Attenuation = [.. Enumerable.Range(0, 6 * rows.Rows).Select(_ => Next(-0.3, 0.4))];
        }

        return rows;
    }

    private static DecoderSession Open(GraphPrecision precision)
    {
        var shape = new DecoderShape { Precision = precision, Hidden = Hidden };
        return new DecoderSession(SocketHarness.Socketed(LlamaGraph.Build(shape)), shape);
    }
}
