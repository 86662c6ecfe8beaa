using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.CommandLine;

/// <summary>
/// The slips that users make: each is answered by one line that names what was given and what to do, never by a stack trace, and
/// never called a bug in steer. <c>$</c> stands for a folder with files of every wrong kind.
/// </summary>
[TestClass]
public sealed class SlipsTests
{
    private static readonly Lazy<string> Wrong = new(Write);

    // Commands and options.
    [TestMethod]
    [DataRow("chatt", 2, "'chatt'", "'chat'")]
    [DataRow("sae stat", 2, "'stat'", "'stats'")]
    [DataRow("generate sandbox --promt x", 2, "'--promt'", "'--prompt'")]
    [DataRow("generate sandbox --prompt", 2, "--prompt", "--help")]
    [DataRow("generate sandbox", 2, "A prompt is needed", "--messages")]
    [DataRow("generate sandbox --prompt x --max-tokens -5", 2, "'-5'", "at least 1")]
    [DataRow("generate sandbox --prompt x --temperature 0,7", 2, "'0,7'", "from 0 to 100")]
    [DataRow("generate sandbox --prompt x --device gpu", 2, "'gpu'", "cuda")]
    [DataRow("tune sandbox --policy friendly --text $/text.txt --keep 99", 2, "'99'", "at most 1")]
    [DataRow("features show -1 --sae sandbox/late-topk", 2, "'-1'", "a feature's number")]
    [DataRow("features show 3 -7 --sae sandbox/late-topk", 2, "'-7'", "one argument too many")]
    [DataRow("features show 3 -- --sae", 2, "'--sae'", "Write the options first")]
    [DataRow("features sandbox --prompt hi", 2, "--sae", "required")]
    [DataRow("socket $/folder out", 2, "--sites", "required")]
    [DataRow("import sandbox $/out --precision fp8", 2, "'fp8'", "int4")]
    [DataRow("import sandbox sandbox", 2, "'sandbox'", "./sandbox")]
    [DataRow("harvest sandbox --text $/text.txt --site 1 --out $/shards --tokens -5", 2, "'-5'", "at least 1")]
    [DataRow("tokenize sandbox --ids 1,x", 2, "'x'", "1,2,3")]
    [DataRow("train sandbox $/text.txt $/out --site 1 --kind topkk", 2, "'topkk'", "topk")]

    // What does not exist, or is something else.
    [DataRow("info $/none", 1, "none does not exist", "check the path")]
    [DataRow("info $/folder", 1, "folder", "genai_config.json")]
    [DataRow("info $/sae-without-cfg", 1, "sae_weights.safetensors", "cfg.json")]
    [DataRow("info $/empty.txt", 1, "empty.txt", ".safetensors")]
    [DataRow("generate $/none --prompt x", 1, "none does not exist", "steer import")]
    [DataRow("generate $/folder --prompt x", 1, "no genai_config.json", "steer import")]
    [DataRow("generate $/text.txt --prompt x", 1, "text.txt is a file", "steer import")]
    [DataRow("generate sandbox --prompt x --sae late-tokp --watch 3", 1, "'late-tokp'", "late-topk")]
    [DataRow("generate sandbox --prompt x --sae $/folder --watch 3", 1, "folder holds no SAE", "cfg.json")]
    [DataRow("generate sandbox --prompt x --sae $/sae-without-cfg --watch 3", 1, "cfg.json", "Copy it")]
    [DataRow("generate sandbox --prompt x --policy freindly", 1, "'freindly'", "friendly")]
    [DataRow("generate sandbox --prompt x --policy $/folder", 1, "folder is a folder", "a file was expected")]
    [DataRow("sae stats sandbox late-topk --text $/none.txt", 1, "none.txt does not exist", "check the path")]
    [DataRow("sae encode sandbox/late-topk --input $/text.txt --output $/y.safetensors", 1, "text.txt", "another format")]
    [DataRow("sae encode sandbox/late-topk@1 --input $/text.txt --output $/y.safetensors", 1, "resid_post.1", "the SAE is sandbox/late-topk")]
    [DataRow("concept info $/text.txt", 1, "text.txt", "another format")]
    [DataRow("import $/folder $/out", 1, "folder holds no checkpoint", "model.safetensors")]
    [DataRow("import $/text.txt $/out", 1, "text.txt", ".gguf")]
    [DataRow("judge train $/text.txt --output $/j.safetensors", 1, ".TXT", ".csv")]
    [DataRow("train sandbox $/folder $/out --site 1", 1, "folder holds no shards.json", "steer harvest")]
    [DataRow("train sandbox $/empty.txt $/out --site 1", 1, "empty.txt holds no text", "Give a file")]
    [DataRow("evaluate $/none.json", 1, "none.json does not exist", "check the path")]
    [DataRow("demo --folder $/folder", 1, "no folder 'model'", "policies")]
    [DataRow("pull notarepo", 1, "'notarepo'", "ORG/NAME")]
    [DataRow("pull a/b --endpoint ftp://x", 1, "'ftp://x'", "https://")]

    // Where nothing can be written.
    [DataRow("trace sandbox --prompt hi --output $/folder", 1, "a folder has that name", "Choose another name")]
    [DataRow("judge train $/labels.csv --output $/no/such/j.safetensors", 1, "its folder does not exist", "Create the folder first")]
    [DataRow("concept fit sandbox late-topk --text a=$/text.txt --text b=$/text.txt --output $/no/c.safetensors", 1, "its folder does not exist", "Create the folder first")]
    [DataRow("tune sandbox --policy friendly --text $/text.txt --kl 1 --plot $/no/p.svg", 1, "its folder does not exist", "Create the folder first")]
    [DataRow("import sandbox $/text.txt", 1, "text.txt is a file", "Choose another name")]
    [DataRow("train sandbox $/text.txt $/folder --site 1", 1, "folder exists already", "another name")]

    // Files with mistakes.
    [DataRow("generate sandbox --messages $/comma.json", 1, "line 1, byte 33", "a comma stands before the closing bracket; remove it")]
    [DataRow("generate sandbox --messages $/role.json", 1, "'usr'", "'user'")]
    [DataRow("generate sandbox --messages $/empty.txt", 1, "empty.txt", "it is empty")]
    [DataRow("generate sandbox --messages $/text.txt", 1, "text.txt is no JSON", "line 1, byte 1")]
    [DataRow("generate sandbox --prompt x --policy $/operator.json", 1, "'ablat'", "'ablate'")]
    [DataRow("generate sandbox --prompt x --policy $/unit.json", 1, "'max'", "maxActivation")]
    [DataRow("generate sandbox --prompt x --policy $/other-sae.json", 1, "no SAE 'nope'", "--sae nope=DIR")]
    [DataRow("generate sandbox --prompt x --policy $/feature.json", 1, "no feature 99999", "0 to 63")]
    [DataRow("generate sandbox --prompt x --policy $/no-statistics.json", 1, "largest activation", "steer sae stats MODEL")]
    [DataRow("train sandbox $/text.txt $/out --site 1 --config $/key.json", 1, "'latentCont'", "'latentCount'")]
    [DataRow("train sandbox $/text.txt $/out --site 1 --config $/kind.json", 1, "'latentCount'", "a whole number was expected")]
    [DataRow("evaluate $/text.txt", 1, "text.txt is not valid JSON", "line 1, byte 1")]
    [DataRow("reason score sandbox late-topk --text $/text.txt --words a=b", 1, "text.txt, line 1", "not valid JSON")]

    // Numbers that are not there.
    [DataRow("generate sandbox --prompt-ids 999999", 1, "999999", "0 to 259")]
    [DataRow("generate sandbox --prompt x --sae late-topk --watch 99999", 1, "99999", "0 to 63")]
    [DataRow("generate sandbox --prompt x --sae late-topk@9 --watch 3", 1, "'resid_post.9'", "'resid_post.1'")]
    [DataRow("features sandbox --sae late-topk@0 --prompt hi", 1, "'resid_post.0'", "'resid_post.1'")]
    [DataRow("features sandbox --sae late-topk@1 --site 0 --prompt hi", 2, "resid_post.0", "give one of them")]
    [DataRow("features search storm --sae sandbox/late-topk@0", 1, "'resid_post.0'", "Leave the site out")]
    [DataRow("features show 99999 --sae sandbox/late-topk", 1, "99999", "0 to 63")]
    [DataRow("train sandbox $/text.txt $/out --site 99", 1, "'resid_post.99'", "resid_post.1")]
    [DataRow("import sandbox $/out --sites 99", 1, "99", "resid_post.1")]
    [DataRow("vector diff sandbox --positive $/text.txt --negative $/text.txt --site 77 --output $/v.safetensors", 1, "resid_post.77", "resid_post.1")]
    public async Task Slip_IsNamed_WithItsCure(string commandLine, int exitCode, string value, string cure)
    {
        var run = (await CliRun.Of([.. commandLine.Split(' ').Select(word => word.Replace("$", Wrong.Value, StringComparison.Ordinal))])).Fails(exitCode, value, cure);
        Assert.DoesNotContain("bug in steer", run.Error);
        Assert.DoesNotContain(".NET", run.Error);
    }

    [TestMethod]
    public async Task SaeWithItsSite_IsKnownWhereverAnSaeIsGiven()
    {
        (await CliRun.Of("features", "sandbox", "--sae", "late-topk@1", "--prompt", "hi")).Succeeds();
        (await CliRun.Of("features", "search", "storm", "--sae", "sandbox/late-topk@1")).Succeeds();
        using var folder = new TemporaryFolder();
        (await CliRun.Of("sae", "stats", "sandbox", "late-topk@resid_post.1", "--text", Path.Combine(Wrong.Value, "text.txt"), "--output", folder["s.safetensors"])).Succeeds();
    }

    private static string Write()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Stories.Root, "slips")).FullName;
        void File(string name, string text) => System.IO.File.WriteAllText(Path.Combine(folder, name), text);
        void Policy(string name, string intervention) => File(name, $$"""{"version":1,"name":"x","interventions":[{{intervention}}]}""");
        Directory.CreateDirectory(Path.Combine(folder, "folder"));
        File("text.txt", string.Join('\n', Enumerable.Range(0, 40).Select(number => $"Text {number} is about the weather.")));
        File("empty.txt", string.Empty);
        File("labels.csv", "text,label\na,0\nb,1\n");
        File("comma.json", """[{"role":"user","content":"hi"},]""");
        File("role.json", """[{"role":"usr","content":"hi"}]""");
        File("key.json", """{"latentCont": 64}""");
        File("kind.json", """{"latentCount": "many", "tokens": 5}""");
        Policy("operator.json", """{"target":{"sae":"late-topk","feature":5},"operator":"ablat"}""");
        Policy("unit.json", """{"target":{"sae":"late-topk","feature":5},"operator":"add","value":2,"unit":"max"}""");
        Policy("other-sae.json", """{"target":{"sae":"nope","feature":5},"operator":"ablate"}""");
        Policy("feature.json", """{"target":{"sae":"late-topk","feature":99999},"operator":"ablate"}""");
        var bundle = SandboxFixture.Bundle;
        foreach (var (name, files) in (ReadOnlySpan<(string, string[])>)[("sae-without-cfg", ["sae_weights.safetensors"]), ("bare", ["sae_weights.safetensors", "cfg.json"])])
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
            foreach (var file in files)
            {
                System.IO.File.Copy(Path.Combine(bundle.Sae("late-topk"), file), Path.Combine(folder, name, file));
            }
        }

        File("no-statistics.json", """{"version":1,"name":"x","saes":{"s":{"path":"bare"}},"interventions":[{"target":{"sae":"s","feature":5},"operator":"add","value":2,"unit":"maxActivation"}]}""");
        return folder;
    }
}
