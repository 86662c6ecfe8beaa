using Steering.Decoding;
using Steering.Models;

namespace Steering.Tests.Samples;

/// <summary>Runs the sample as it is, on the small story model with a chat template that hands the last message on.</summary>
[TestClass]
[DoNotParallelize]
public sealed class ChatWithDialsTests
{
    private const string Policy = "--Steering:Policies:";
    private const string Prompt = "Once upon a time";

    private static readonly string Root = Directory.CreateTempSubdirectory("steering-samples-").FullName;
    private static readonly Lazy<string> Model = new(() => SampleModel.Make(Path.Combine(Root, "model")));

    [ClassCleanup]
    public static void RemoveFolder() => Directory.Delete(Root, recursive: true);

    [TestMethod]
    public async Task Unsteered_AnswersAsTheModelDoes()
    {
        var (code, output, _) = Run($"{Prompt}\n");
        Assert.AreEqual(0, code);
        Assert.Contains("Policies: stronger, without. /use NAME steers, /use none stops.", output);
        Assert.Contains($"> {await Continuation()}", output);
    }

    [TestMethod]
    public void Use_SteersTheRepliesThatFollow()
    {
        var plain = Reply(Run($"{Prompt}\n").Output);
        var steered = Run($"/use stronger\n/use strongest\n{Prompt}\n").Output;
        Assert.Contains("There is no policy 'strongest'.", steered);
        Assert.DoesNotContain(plain, steered);
        Assert.Contains(plain, Run($"/use stronger\n/use none\n{Prompt}\n").Output);
    }

    [TestMethod]
    public void AMissingModel_StopsTheStartWithOneSentence()
    {
        var (code, _, error) = Run(string.Empty, model: Path.Combine(Root, "absent"));
        Assert.AreEqual(1, code);
        Assert.Contains("does not exist", error);
        Assert.AreEqual(1, error.Count(letter => letter == '\n'));
    }

    private static (int Code, string Output, string Error) Run(string input, string? model = null)
    {
        // The policies of appsettings.json name features of an SAE for another model: these take their places.
        string[] arguments =
        [
            "--Steering:ModelPath", model ?? Model.Value,
            "--Steering:Saes:l15", MakeSae(),
            $"{Policy}stronger:interventions:0:target:feature", "7",
            $"{Policy}stronger:interventions:0:operator", "clamp",
            $"{Policy}without:interventions:0:target:features:0", "1",
            $"{Policy}without:interventions:0:target:features:1", "2",
        ];
        return SampleRun.Of("ChatWithDials", input, arguments);
    }

    private static string Reply(string output) => output[(output.IndexOf("> ", StringComparison.Ordinal) + 2)..output.LastIndexOf("\n> ", StringComparison.Ordinal)];

    private static async Task<string> Continuation()
    {
        using var model = SteerableModel.Load(Model.Value);
        var request = new DecodeRequest { PromptIds = model.Tokenizer.Encode(Prompt), MaxTokens = 256 };
        var text = string.Empty;
        await foreach (var token in new GenAiDecoder(model).DecodeAsync(request))
        {
            text += token.Text;
        }

        return text;
    }

    private static string MakeSae()
    {
        var source = OracleFolder.Require("saes", "topk");
        var folder = Directory.CreateDirectory(Path.Combine(Root, "sae")).FullName;
        File.Copy(Path.Combine(source, "sae_weights.safetensors"), Path.Combine(folder, "sae_weights.safetensors"), overwrite: true);
        File.Copy(Path.Combine(source, "cfg.json"), Path.Combine(folder, "cfg.json"), overwrite: true);
        SampleModel.Edit(Path.Combine(folder, "cfg.json"), config => config["metadata"]!["hook_name"] = "blocks.0.hook_resid_post");
        return folder;
    }
}
