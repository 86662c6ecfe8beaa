using Steering.Saes.Formats;

namespace Steering.Tests.Samples;

/// <summary>Runs the sample as it is: trains on stories, finds a feature by a word, steers.</summary>
[TestClass]
[DoNotParallelize]
public sealed class TrainAndSteerTests
{
    [TestMethod]
    public void TextIn_SteeredChatOut()
    {
        using var folder = new TemporaryFolder();
        var model = SampleModel.Make(folder["model"]);
        var text = folder.Write("stories.txt", System.Text.Encoding.UTF8.GetBytes(string.Join(' ', Enumerable.Range(0, 600).Select(number => $"Once upon a time {number} little cats saw a big dog in the park."))));
        string[] arguments = [model, "resid_post.1", text, "dog", folder["sae"]];

        var (code, output, error) = SampleRun.Of("TrainAndSteer", "Once upon a time\n", arguments);
        Assert.AreEqual(0, code, error);
        Assert.AreEqual(1024, SaeFolder.Load(folder["sae"]).LatentCount);
        Assert.Contains("peak at 'dog'", output);
        var lines = output.Split('\n');
        var (plain, steered) = (lines.Single(line => line.Contains("plain:   ", StringComparison.Ordinal)), lines.Single(line => line.StartsWith("steered: ", StringComparison.Ordinal)));
        Assert.AreNotEqual(plain[(plain.IndexOf("plain:", StringComparison.Ordinal) + 9)..], steered[9..]);

        var again = SampleRun.Of("TrainAndSteer", "Once upon a time\n", arguments);
        Assert.AreEqual(output, again.Output, "what is trained is not trained again");
        Assert.DoesNotContain("step", again.Error);
    }

    [TestMethod]
    public void AMissingModel_StopsWithOneSentence()
    {
        var (code, _, error) = SampleRun.Of("TrainAndSteer", string.Empty, ["absent", "resid_post.1", "absent.txt", "dog", "out"]);
        Assert.AreEqual(1, code);
        Assert.Contains("absent", error);
    }
}
