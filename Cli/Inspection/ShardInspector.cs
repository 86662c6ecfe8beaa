using System.Globalization;
using Steering.Analysis.Shards;

namespace Steering.Cli.Inspection;

/// <summary>Describes folders of activation shards.</summary>
internal static class ShardInspector
{
    public static Description Describe(string folder)
    {
        var index = ShardFolder.Open(folder).Index;
        var (job, counts) = (index.Job, index.Counts);
        var state = index.IsComplete
            ? string.Empty
            : " It is not complete: the 'steer harvest' that made it goes on when it is run again.";
        var sentence = string.Create(
            CultureInfo.InvariantCulture,
            $"A folder of shards: {counts.Rows} activations of {job.HiddenSize} numbers ({job.Type}) of {job.ModelName} at {job.Site}, from {counts.Tokens} tokens.{state}");
        return new Description("shards", folder, sentence,
        [
            new Fact("model", job.ModelName),
            new Fact("modelSha256", job.ModelSha256),
            new Fact("checkpointSha256", job.CheckpointSha256),
            new Fact("site", job.Site),
            new Fact("hiddenSize", job.HiddenSize),
            new Fact("type", job.Type),
            new Fact("rows", counts.Rows),
            new Fact("tokens", counts.Tokens),
            new Fact("windows", counts.Windows),
            new Fact("firstPositions", counts.FirstPositions),
            new Fact("massiveTokens", counts.MassiveTokens),
            new Fact("shards", index.Shards.Count),
            new Fact("complete", index.IsComplete),
            new Fact("text", job.Text),
            new Fact("cut", job.Windows),
            new Fact("harvest", job.Harvest),
        ]);
    }
}
