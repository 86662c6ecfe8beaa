namespace Steering.Fuzz;

[TestClass]
public sealed class FuzzTests
{
    private const ulong Seed = 20;
    private const long ShortRun = 4000;
    private const long LongRun = 1_000_000;

    public TestContext TestContext { get; set; } = null!;

    public static IEnumerable<string> Targets => FuzzTargets.Names;

    [TestMethod]
    [DynamicData(nameof(Targets))]
    [Timeout(120_000, CooperativeCancellation = false)]
    public void MutatedInputs_AreAcceptedOrRefusedAsDocumented(string name) => Run(name, ShortRun);

    [TestMethod]
    [DynamicData(nameof(Targets))]
    [TestCategory("Long")]
    public void AMillionMutatedInputs_AreAcceptedOrRefusedAsDocumented(string name) => Run(name, LongRun);

    [TestMethod]
    public void TheSameSeed_GivesTheSameInputs()
    {
        using var target = FuzzTargets.Create("safetensors");
        var mutator = new Mutator(target);
        var different = 0;
        for (var i = 0L; i < 200; i++)
        {
            var input = mutator.Make(FuzzRandom.For(Seed, i));
            CollectionAssert.AreEqual(input, mutator.Make(FuzzRandom.For(Seed, i)));
            different += target.Seeds.Any(seed => seed.AsSpan().SequenceEqual(input)) ? 0 : 1;
        }

        Assert.IsGreaterThan(180, different);
    }

    [TestMethod]
    public void AReader_ThatThrowsWhatItDoesNotDocument_IsFound()
    {
        var finding = Find(new Broken(input => throw new InvalidOperationException($"{input.Length} bytes")));

        Assert.Contains("InvalidOperationException escaped", finding.Message);
        Assert.Contains("--target broken --replay ", finding.Message);
    }

    [TestMethod]
    public void AReader_ThatAllocatesTooMuch_IsFound() =>
        Assert.Contains("allocated ", Find(new Broken(_ => GC.KeepAlive(new byte[2 << 20]))).Message);

    private static FuzzFindingException Find(Broken target)
    {
        var findings = Directory.CreateTempSubdirectory("steering-findings-").FullName;
        var finding = Assert.ThrowsExactly<FuzzFindingException>(() => FuzzLoop.Run(target, Seed, 100, findings));
        Assert.HasCount(1, Directory.GetFiles(findings));
        Directory.Delete(findings, recursive: true);
        return finding;
    }

    private void Run(string name, long inputs)
    {
        using var target = FuzzTargets.Create(name);
        var report = FuzzLoop.Run(target, Seed, inputs, Path.Combine(AppContext.BaseDirectory, "findings"));
        TestContext.WriteLine(report.ToString());
        Assert.AreEqual(inputs, report.Accepted + report.Refused);
        Assert.IsGreaterThan(inputs / 200, report.Accepted, "Hardly any mutation was accepted: the mutations do not get past the front door.");
        Assert.IsGreaterThan(inputs / 10, report.Refused, "Hardly any mutation was refused: the mutations do no harm.");
    }

    /// <summary>A reader that is well until it is damaged.</summary>
    private sealed class Broken(Action<byte[]> read) : IFuzzTarget
    {
        public string Name => "broken";

        public IReadOnlyList<byte[]> Seeds { get; } = ["good"u8.ToArray()];

        public long AllocationCap => 1 << 20;

        public void Run(ReadOnlySpan<byte> input)
        {
            if (!input.SequenceEqual(Seeds[0]))
            {
                read(input.ToArray());
            }
        }

        public void Dispose()
        {
        }
    }
}
