using System.Diagnostics;
using Steering.Training.Autoencoders;
using Steering.Training.Trainer;
using TorchSharp;

namespace Steering.Tests.Training.Trainer;

/// <summary>Ten thousand steps leave no tensor behind and do not grow.</summary>
[TestClass]
[DoNotParallelize]
public sealed class LeakTests
{
    private const int Steps = 10_500;
    private const int Batch = 16;
    private const long Growth = 16 << 20;

    [TestMethod]
    [DataRow("topk")]
    [DataRow("matryoshka")]
    [DataRow("relu")]
    [DataRow("jumprelu")]
    public void Step_TenThousandTimes_LeavesNothingBehind(string name)
    {
        var settings = SaeKinds.Default(name);
        var rows = SyntheticRows.Make(64 * Batch, 3, seed: 1);
        var options = new TrainingOptions
        {
            Autoencoder = settings is RankedSettings ranked ? ranked with { K = 3 } : settings,
            LatentCount = 40,
            Tokens = Steps * Batch,
            BatchSize = Batch,
            DeadAfterTokens = 40 * Batch,
            TargetL0 = settings is RankedSettings ? null : 3,
        };
        using var trainer = SaeTrainer.Start(options, rows, SyntheticRows.Width);
        var tensors = 0L;
        var bytes = new List<long>();
        while (!trainer.IsFinished)
        {
            trainer.Step(rows.AsSpan((int)(trainer.StepsDone % 64) * Batch * SyntheticRows.Width, Batch * SyntheticRows.Width));
            if (trainer.StepsDone % (Steps / 3) == 0)
            {
                bytes.Add(Memory());
                tensors = trainer.IsFinished ? tensors : torch.Tensor.TotalCount;
            }
        }

        Assert.AreEqual(tensors, torch.Tensor.TotalCount, "tensors alive");

        // What leaks grows in every third; the runtime's own heap may grow in one of them.
        Assert.HasCount(3, bytes);
        Assert.IsLessThan(Growth, Math.Min(bytes[1] - bytes[0], bytes[2] - bytes[1]), string.Join(", ", bytes));
    }

    private static long Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        return process.PrivateMemorySize64;
    }
}
