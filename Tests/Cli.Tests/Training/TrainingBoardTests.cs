using Steering.Cli.Terminal;
using Steering.Cli.Training;
using Steering.Training.Trainer;

namespace Steering.Tests.Cli.Training;

[TestClass]
public sealed class TrainingBoardTests
{
    [TestMethod]
    public void Of_TwoMembers_ShowsARowEachAndHowFarTheRunIs()
    {
        var options = new TrainingOptions { LatentCount = 64, Tokens = 1_000 * 512 };
        TrainingStep[] steps =
        [
            new(300, 153_600, 12.34, 0.1234, 32, 7, 1.5e-3, 4.5, 0, 0.02),
            new(300, 153_600, 23.45, 0.2345, 16, 0, 1.5e-3, 5.5, 0, 0.02),
        ];
        using var writer = new StringWriter();

        CliConsole.Create(writer, redirected: true).Write(TrainingBoard.Of([new("k32", options), new("k16", options)], steps, started: 200, TimeSpan.FromSeconds(10)));

        var shown = string.Join(' ', writer.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("k32 0.1234 32.0 7 12.34 4.5 1.5e-3", shown);
        Assert.Contains("k16 0.2345 16.0 0 23.45", shown);

        // A hundred steps of 512 in ten seconds, those of the earlier run not counted; seven hundred are left.
        Assert.Contains("step 300 of 1,000, 153,600 tokens, 5,120 tokens/s, 00:01:10 left", shown);
    }
}
